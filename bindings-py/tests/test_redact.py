"""Redaction: what was there comes back, and chunks do not matter."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from doorward import Unredact, redact, redact_stream
from doorward.__main__ import main
from hypothesis import given
from hypothesis import strategies as st

PAGE = (Path(__file__).parents[2] / "docs/sensitive-info.md").read_text("utf-8")
VALUES = [
    "ana@example.com",
    "4111 1111 1111 1111",
    "call +44 20 7946 0958",
    "<EMAIL_1>",
    "<EMAIL_2>",
    "EMP-12345",
    "\U0001f600",
    "\ud83d",
    ". ",
    "\n",
    "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----",
]
PATTERNS = [{"name": "EMPLOYEE", "pattern": "EMP-#{4,6}"}]
anything = st.text(st.characters(exclude_categories=()), max_size=8)
texts = st.lists(st.sampled_from(VALUES) | anything).map(" ".join)


def replaced(kind: str, number: int) -> str | None:
    """What hypothesis makes others of."""
    return f"{kind}{number}"


replacements = st.functions(like=replaced, returns=st.none() | st.text())


def joined(chunks: Sequence[str]) -> str:
    async def source() -> AsyncIterator[str]:
        for chunk in chunks:
            yield chunk

    async def whole() -> str:
        stream, _ = redact_stream(source(), patterns=PATTERNS)
        return "".join([chunk async for chunk in stream])

    return asyncio.run(whole())


def test_the_program_of_the_page() -> None:
    (program,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    names: dict[str, Any] = {}
    exec(program, names)  # noqa: S102 -- the page's own
    assert names["redacted"] == (
        "Write to <EMAIL_1>, card <CREDIT_CARD_NUMBER_1>, and to <EMAIL_1> again."
    )
    assert names["answer"] == "Sent to ana@example.com."


@given(texts, replacements)
def test_what_was_there_comes_back(text: str, replace: Callable[[str, int], str | None]) -> None:
    redacted, unredact = redact(text, patterns=PATTERNS, replace=replace)
    assert unredact(redacted) == text


@given(texts, st.lists(st.integers(0, 40)))
def test_a_stream_is_the_whole_text(text: str, sizes: list[int]) -> None:
    assert joined(_cut(text, sizes)) == redact(text, patterns=PATTERNS)[0]


def test_tokens_tell_values_apart() -> None:
    redacted, unredact = redact("<EMAIL_1> is ana@example.com, bob@example.com, ana@example.com")
    assert redacted == "<EMAIL_1> is <EMAIL_2>, <EMAIL_3>, <EMAIL_2>"
    assert unredact("<EMAIL_3> before <EMAIL_2>") == "bob@example.com before ana@example.com"


def _cut(text: str, sizes: list[int]) -> list[str]:
    chunks, at = [], 0
    for size in sizes:
        chunks.append(text[at : at + size])
        at += size
    return [*chunks, text[at:]]


async def _pieces(unredact: Unredact, chunks: Sequence[str]) -> list[str]:
    async def source() -> AsyncIterator[str]:
        for chunk in chunks:
            yield chunk

    return [piece async for piece in unredact.stream(source())]


TOKENS = ["<EMAIL_1>", "<EMAIL_1>x", "<CREDIT_CARD_NUMBER_1>", "<EMA", "<", "\u00e9 "]


@given(st.lists(st.sampled_from(TOKENS)).map("".join), st.lists(st.integers(0, 9)))
def test_a_stream_that_comes_back_is_the_whole_answer(answer: str, sizes: list[int]) -> None:
    _, unredact = redact(
        "ana@example.com, bob@example.com, 4111 1111 1111 1111",
        replace=lambda kind, number: "<EMAIL_1>x" if (kind, number) == ("EMAIL", 2) else None,
    )
    assert "".join(asyncio.run(_pieces(unredact, _cut(answer, sizes)))) == unredact(answer)
    pieces = asyncio.run(_pieces(unredact, ["To <EMA", "IL_1> and <x", "> <"]))
    assert pieces == ["To ", "ana@example.com and <x", "> ", "<"]


def test_options_that_are_wrong_are_named() -> None:
    wrong: Any = ["MAIL"]
    with pytest.raises(ValueError, match='entities: found "MAIL", expected a list of EMAIL'):
        redact("", entities=wrong)


def test_scan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(json.dumps({"id": "1", "text": "\u00e9 ana@example.com"}) + "\n\n{\n")
    assert main(["scan", "sensitive", str(file)]) == 2
    said = capsys.readouterr()
    spans = '[{"start":2,"end":17,"type":"EMAIL"}]'
    assert said.out == f'{{"id":"1","score":0.95,"verdict":true,"spans":{spans}}}\n'
    assert said.err.startswith(f"{file}:3: not JSON at byte ")
    assert main(["scan", "nonsense", str(file)]) == 2
