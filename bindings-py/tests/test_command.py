"""`doorward replay`: results on stdout, words on stderr, bad input named."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest
from doorward import Doorward, __version__, fixed_window
from doorward.__main__ import main

POLICY = {
    "version": 1,
    "rules": [{"rule": "fixedWindow", "mode": "LIVE", "window": "1h", "max": 2}],
}
LINES = [
    {
        "id": f"r{number}",
        "time": 1_800_000_000_000 + number,
        "ip": "203.0.113.7",
        "method": "GET",
        "url": "/",
        "headers": [["Host", "h.example"]],
        "label": "attack" if number == 2 else "legit",
    }
    for number in range(3)
]
TRAFFIC = "".join(json.dumps(line) + "\n" for line in LINES)

ward = Doorward.from_policy(POLICY)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("policy.json").write_text(json.dumps(POLICY))
    Path("traffic.jsonl").write_text(TRAFFIC)
    return tmp_path


def conclusions(lines: str) -> list[str]:
    return [json.loads(line)["conclusion"] for line in lines.splitlines()]


@pytest.mark.usefixtures("folder")
def test_replay(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "traffic.jsonl", "--policy", "policy.json"]) == 0
    said = capsys.readouterr()
    assert conclusions(said.out) == ["ALLOW", "ALLOW", "DENY"]
    assert [json.loads(line)["id"] for line in said.out.splitlines()] == ["r0", "r1", "r2"]
    assert "fixedWindow" in said.err
    assert "µs" in said.err
    assert "\r" not in said.err


@pytest.mark.usefixtures("folder")
def test_the_same_bytes_from_gzip_from_a_module_and_to_a_file(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["replay", "traffic.jsonl", "--policy", "policy.json"])
    plain = capsys.readouterr().out
    Path("traffic.gz").write_bytes(gzip.compress(TRAFFIC.encode()))
    Path("app.py").write_text(
        "from doorward import Doorward, fixed_window\n"
        "class config:\n"
        "    ward = Doorward(rules=[fixed_window(mode='LIVE', window='1h', max=2)])\n"
    )
    arguments = ["replay", "traffic.gz", "--policy", "app:config.ward", "--out", "out.jsonl"]
    assert main([*arguments, "--log", "log.jsonl", "--against", "policy.json"]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert "0 requests differ" in said.err
    assert Path("out.jsonl").read_text() == plain
    logged = [json.loads(line) for line in Path("log.jsonl").read_text().splitlines()]
    decisions = [line for line in logged if line["type"] == "decision"]
    assert [line["id"] for line in decisions] == ["r0", "r1", "r2"]
    # and what a label says, as a reported outcome would
    outcomes = [line["outcome"]["abuse"] for line in logged if line["type"] == "outcome"]
    assert outcomes == [False, False, True]


@pytest.mark.usefixtures("folder")
def test_har(capsys: pytest.CaptureFixture[str]) -> None:
    entry = {"request": {"method": "GET", "url": "https://h.example/", "headers": []}}
    har = {"log": {"version": "1.2", "entries": [entry, entry]}}
    for name, text in (("a.har", json.dumps(har)), ("b.json", json.dumps(har, indent=1))):
        Path(name).write_text(text)
        assert main(["replay", name, "--policy", "policy.json"]) == 0
        assert len(capsys.readouterr().out.splitlines()) == 2


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["bad.jsonl", "--policy", "policy.json"], "bad.jsonl:2: "),
        (["\x1b[2J.jsonl", "--policy", "policy.json"], "\\u001b[2J.jsonl:1: No such file"),
        (["missing.jsonl", "--policy", "policy.json"], "missing.jsonl:1: No such file"),
        (["cut.gz", "--policy", "policy.json"], "cut.gz:"),
        (["traffic.jsonl", "--policy", "missing.json"], "missing.json:1: "),
        (["traffic.jsonl", "--policy", "broken.json"], "broken.json:2: "),
        (["traffic.jsonl", "--policy", "wrong.json"], "wrong.json:1: policy: rules[0]"),
        (["traffic.jsonl", "--policy", "no.such:ward"], "no.such:ward:1: "),
        (["traffic.jsonl", "--policy", "json:dumps"], "json:dumps:1: "),
        (["traffic.jsonl", "--policy", "policy.mjs"], "policy.mjs:1: "),
        (["traffic.jsonl", "--policy", "policy.json", "--out", "no/such/file"], "no/such/file:1: "),
        (["traffic.jsonl", "--policy", "policy.json", "--store", "disk"], "doorward replay: "),
        (["a.har", "--policy", "policy.json"], "a.har:1: "),
    ],
)
def test_bad_input(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.jsonl").write_text(TRAFFIC.splitlines()[0] + '\n{"id": "\x1b[31m", }\n' + TRAFFIC)
    Path("cut.gz").write_bytes(gzip.compress(TRAFFIC.encode())[:-12])
    Path("broken.json").write_text('{\n"rules": [}')
    Path("wrong.json").write_text('{"rules": [{"rule": "fixedWindow", "colour": 1}]}')
    Path("policy.mjs").write_text("export default {}")
    Path("a.har").write_text('{"log": {}}')
    assert main(["replay", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith(said)
    assert "\x1b" not in error
    assert error.count("\n") == 1


def test_usage(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, status in (["--help"], 0), (["replay", "--help"], 0), ([], 2), (["replay"], 2):
        with pytest.raises(SystemExit) as left:
            main(arguments)
        assert left.value.code == status
    capsys.readouterr()
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"doorward {__version__}\n"


def test_a_reader_that_goes_away(folder: Path) -> None:
    (folder / "many.jsonl").write_text(TRAFFIC * 5000)
    command = [sys.executable, "-m", "doorward", "replay", "many.jsonl", "--policy", "policy.json"]
    with subprocess.Popen(  # noqa: S603 -- our own command
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 0


def test_the_ward_of_a_module_is_its_policy() -> None:
    assert (
        Doorward(rules=[fixed_window(mode="LIVE", window="1h", max=2)]).to_json() == ward.to_json()
    )


@pytest.mark.usefixtures("folder")
def test_calibrate(capsys: pytest.CaptureFixture[str]) -> None:
    Path("refined.json").write_text(json.dumps({**POLICY, "refine": {"mode": "LIVE"}}))
    replay = ["replay", "traffic.jsonl", "--policy", "refined.json", "--log", "refined.log"]
    assert main(replay) == 0
    capsys.readouterr()
    assert main(["calibrate", "refined.log", "--max-false-positives", "1"]) == 0
    said = capsys.readouterr()
    assert len(json.loads(said.out)["points"]) == 41
    assert said.err.startswith("2 good requests and 1 of abuse.")
    assert main(["calibrate", "refined.log", "--max-false-positives", "0.001"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "more good requests with an outcome are needed" in said.err
    Path("bad.log").write_text("\n{}")
    for asked, log, expected in (
        ("often", "refined.log", "doorward calibrate: found --max-false-positives often"),
        ("0.1", "bad.log", "bad.log:2: id: found null, expected text"),
        ("0.1", "no.log", "no.log:1: "),
    ):
        assert main(["calibrate", log, "--max-false-positives", asked]) == 2
        assert capsys.readouterr().err.startswith(expected)
