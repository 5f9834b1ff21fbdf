"""How a payload travels: requests that carry it, each read back by a reference decoder.

A carrier is a way to write a value into a request and what an application that is open
to it does to get it out: parse the query, the form, JSON, a part, and in some cases
decode once more. Only what comes out unchanged counts.
"""

from __future__ import annotations

import base64
import email
import json
import unicodedata
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, unquote, unquote_to_bytes

Line = dict[str, Any]
PLAIN = ("query", "form", "json")
BOUNDARY = "d74496d66958873e"
FORM = "application/x-www-form-urlencoded"


def _get(query: str, path: str = "/search") -> Line:
    return {"method": "GET", "url": f"{path}?{query}", "headers": []}


def _post(content_type: str | None, body: str) -> Line:
    headers = [["Content-Type", content_type]] if content_type else []
    return {"method": "POST", "url": "/api/items", "headers": headers, "body": body}


def _percent(value: str) -> str:
    return "".join(f"%{byte:02x}" for byte in value.encode())


def _json_escaped(value: str) -> str:
    units = value.encode("utf-16-be")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))


def _wide(value: str) -> str:
    """Printable ASCII in the full-width forms that NFKC folds."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in value)


def _in_query(line: Line, name: str = "q") -> list[str]:
    query = line["url"].partition("?")[2]
    return [v for n, v in parse_qsl(query, keep_blank_values=True) if n == name]


def _in_form(line: Line, name: str = "q") -> list[str]:
    return [v for n, v in parse_qsl(line["body"], keep_blank_values=True) if n == name]


def _in_part(line: Line) -> list[str]:
    # the standard library's parser of MIME, which keeps what a part holds
    head = f"Content-Type: {line['headers'][0][1]}\r\n\r\n".encode()
    message = email.message_from_bytes(head + line["body"].encode())
    parts: Any = message.get_payload()
    found = parts[1].get_payload(decode=True)
    return [found.decode()]


def _in_text(line: Line) -> list[str]:
    """As a browser writes `enctype=text/plain`, and as such a form is read."""
    lines = line["body"].split("\r\n")
    return [one.partition("=")[2] for one in lines if one.startswith("q=")]


def _part(value: str) -> Line:
    def one(name: str, text: str) -> str:
        return f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'

    body = one("lang", "en") + one("q", value) + f"--{BOUNDARY}--\r\n"
    return _post(f"multipart/form-data; boundary={BOUNDARY}", body)


Writer = Callable[[str], Line]
Reader = Callable[[Line], list[str]]

CARRIERS: dict[str, tuple[Writer, Reader]] = {
    # as a browser writes them
    "query": (lambda v: _get(f"lang=en&q={quote_plus(v)}"), _in_query),
    "form": (lambda v: _post(FORM, f"lang=en&q={quote_plus(v)}"), _in_form),
    "json": (
        lambda v: _post("application/json", json.dumps({"lang": "en", "q": v})),
        lambda line: [json.loads(line["body"])["q"]],
    ),
    # encodings
    "percent": (lambda v: _get(f"q={_percent(v)}"), _in_query),
    "double percent": (
        lambda v: _get(f"q={quote(quote(v, safe=''), safe='')}"),
        lambda line: [unquote(v) for v in _in_query(line)],
    ),
    "few escapes": (
        lambda v: _get("q=" + quote(v, safe="!$'()*,/:;<=>?@[]^`{|}~\"\\-._")),
        _in_query,
    ),
    "json escapes": (
        lambda v: _post("application/json", '{"lang":"en","q":"' + _json_escaped(v) + '"}'),
        lambda line: [json.loads(line["body"])["q"]],
    ),
    "base64": (
        lambda v: _get(f"q={quote_plus(base64.b64encode(v.encode()).decode())}"),
        lambda line: [base64.b64decode(v).decode() for v in _in_query(line)],
    ),
    "full width": (
        lambda v: _get(f"q={quote_plus(_wide(v))}"),
        lambda line: [unicodedata.normalize("NFKC", v) for v in _in_query(line)],
    ),
    # places
    "nested json": (
        lambda v: _post("application/json", json.dumps({"a": {"b": [1, {"q": v}]}, "c": None})),
        lambda line: [json.loads(line["body"])["a"]["b"][1]["q"]],
    ),
    "json in a parameter": (
        lambda v: _get("filter=" + quote_plus(json.dumps({"q": v}))),
        lambda line: [json.loads(_in_query(line, "filter")[0])["q"]],
    ),
    "multipart": (_part, _in_part),
    "cookie": (
        lambda v: {
            "method": "GET",
            "url": "/",
            "headers": [["Cookie", f"lang=en; q={quote(v, safe='')}; theme=dark"]],
        },
        lambda line: [unquote(line["headers"][0][1].split("; ")[1].partition("=")[2])],
    ),
    "path": (
        lambda v: {"method": "GET", "url": f"/items/{quote(v, safe='')}", "headers": []},
        lambda line: [unquote_to_bytes(line["url"].removeprefix("/items/")).decode()],
    ),
    # parameter pollution: the last wins (PHP), the first wins (JSP), a list (qs, Rails)
    "last of two": (
        lambda v: _get(f"q=shoes&q={quote_plus(v)}"),
        lambda line: _in_query(line)[-1:],
    ),
    "first of two": (
        lambda v: _get(f"q={quote_plus(v)}&q=shoes"),
        lambda line: _in_query(line)[:1],
    ),
    "list": (
        lambda v: _get(f"q%5B%5D=shoes&q%5B%5D={quote_plus(v)}"),
        lambda line: _in_query(line, "q[]")[-1:],
    ),
    # both, joined by a comma (ASP.NET)
    "joined by a comma": (
        lambda v: _get("&".join(f"q={quote_plus(half)}" for half in v.split(",", 1))),
        lambda line: [",".join(_in_query(line))] if "&" in line["url"] else [],
    ),
    # content-type confusion: what the application reads, whatever the header says
    "json called text": (
        lambda v: _post("text/plain;charset=UTF-8", json.dumps({"q": v})),
        lambda line: [json.loads(line["body"])["q"]],
    ),
    "json called form": (
        lambda v: _post(FORM, json.dumps({"q": v})),
        lambda line: [json.loads(line["body"])["q"]],
    ),
    "form called json": (lambda v: _post("application/json", f"q={quote_plus(v)}"), _in_form),
    "form called nothing": (lambda v: _post(None, f"lang=en&q={quote_plus(v)}"), _in_form),
    "text form": (lambda v: _post("text/plain", f"lang=en\r\nq={v}\r\n"), _in_text),
}


def carry(carrier: str, value: str) -> Line | None:
    """A request that carries the value, if it comes out of it unchanged."""
    write, read = CARRIERS[carrier]
    try:
        line = write(value)
        return line if read(line) == [value] else None
    except (ValueError, IndexError, KeyError):
        return None
