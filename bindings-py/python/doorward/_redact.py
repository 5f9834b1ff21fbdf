"""Redaction: values replaced by tokens, and brought back.

redacted, unredact = redact(prompt, entities=["EMAIL", "CREDIT_CARD_NUMBER"])
answer = unredact(ask(redacted))  # <EMAIL_1> is the address again
async for piece in unredact.stream(ask_for_stream(redacted)): ...

What is replaced is the core's to say; here is what stands in its place. The same
value has the same token. What already looks like a token in the text is given
one of its own, so that no two things look alike.
"""

from __future__ import annotations

import json
import re
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Callable,
    Mapping,
    Sequence,
)
from typing import Literal

from . import _doorward

SensitiveType = Literal[
    "EMAIL",
    "PHONE_NUMBER",
    "IP_ADDRESS",
    "CREDIT_CARD_NUMBER",
    "IBAN",
    "US_SSN",
    "UK_NHS",
    "CRYPTO_ADDRESS",
    "API_KEY",
    "JWT",
    "MAC_ADDRESS",
    "US_PASSPORT",
    "PRIVATE_KEY",
    "URL_CREDENTIALS",
]
Replace = Callable[[str, int], "str | None"]

# So much of what was done says what comes next; more than the core looks back.
_CONTEXT = 96


def redact(
    text: str,
    *,
    entities: Sequence[SensitiveType] | None = None,
    patterns: Sequence[Mapping[str, str]] | None = None,
    replace: Replace | None = None,
) -> tuple[str, Unredact]:
    """The text with tokens for its values, and the way back.

    entities: Types to replace; all by default.
    patterns: Types of your own, {"name", "pattern"}: `#` a digit, `?` a letter,
        `*` either, `{2,6}` how many.
    replace: What stands for the nth value of a type; None for `<TYPE_1>`.
    """
    redactor = _Redactor(entities, patterns, replace)
    return redactor.push(text, last=True), Unredact(redactor)


def redact_stream(
    source: AsyncIterable[str],
    *,
    entities: Sequence[SensitiveType] | None = None,
    patterns: Sequence[Mapping[str, str]] | None = None,
    replace: Replace | None = None,
) -> tuple[AsyncIterator[str], Unredact]:
    """The same for text that comes in chunks.

    What comes out is held back until its sentence or line is complete, and is
    what `redact` gives for the whole.
    """
    redactor = _Redactor(entities, patterns, replace)

    async def chunks() -> AsyncIterator[str]:
        async for chunk in source:
            if redacted := redactor.push(chunk, last=False):
                yield redacted
        if rest := redactor.push("", last=True):
            yield rest

    return chunks(), Unredact(redactor)


class _Redactor:
    def __init__(
        self,
        entities: Sequence[SensitiveType] | None,
        patterns: Sequence[Mapping[str, str]] | None,
        replace: Replace | None,
    ) -> None:
        options: dict[str, object] = {}
        if entities is not None:
            options["entities"] = list(entities)
        if patterns is not None:
            options["patterns"] = [dict(pattern) for pattern in patterns]
        self._options = json.dumps(options)
        self._replace = replace
        self._context = ""
        self._pending = ""
        # the token of each value by its type, and how many a type has
        self._tokens: dict[tuple[str, str], str] = {}
        self._numbers: dict[str, int] = {}
        # the value of each token; one that stands for two values stands for none
        self._values: dict[str, str | None] = {}
        self._original: list[str] = []
        self._redacted: list[str] = []

    def push(self, chunk: str, *, last: bool) -> str:
        text = self._pending + chunk
        found = json.loads(
            _doorward.redact(self._options, _bytes(self._context), _bytes(text), last)
        )
        shift = len(self._context)
        out: list[str] = []
        at = 0
        for start, end, kind, *token in found["spans"]:
            out.append(text[at : start - shift])
            at = end - shift
            out.append(self._token(text[start - shift : at], kind, literal=bool(token)))
        cut = found["cut"] - shift
        out.append(text[at:cut])
        done = text[:cut]
        self._context = (self._context + done)[-_CONTEXT:]
        self._pending = text[cut:]
        redacted = "".join(out)
        self._original.append(done)
        self._redacted.append(redacted)
        return redacted

    def _token(self, value: str, kind: str, *, literal: bool) -> str:
        known = self._tokens.get((kind, value))
        if known is not None:
            return known
        number = self._numbers.get(kind, 0) + 1
        self._numbers[kind] = number
        chosen = None if literal or self._replace is None else self._replace(kind, number)
        token = f"<{kind}_{number}>" if chosen is None else chosen
        self._tokens[kind, value] = token
        self._values[token] = None if token in self._values else value
        return token

    def whole(self, text: str) -> str:
        # whatever replacements are, the text itself comes back as it was
        if text == "".join(self._redacted):
            return "".join(self._original)
        return self.restored(text, last=True)[0]

    def restored(self, text: str, *, last: bool) -> tuple[str, str]:
        """The text with values for tokens, the longest token at each place, and of a
        text that goes on what may yet become one."""
        values = {token: value for token, value in self._values.items() if token and value}
        if not values:
            return text, ""
        # the longest first: <A_1> may be the beginning of another
        tokens = sorted(values, key=len, reverse=True)

        def opening(begin: int, end: int) -> int | None:
            """The first place from which on the text may yet become a token."""
            if last:
                return None
            for at in range(max(begin, len(text) - len(tokens[0]) + 1), min(end + 1, len(text))):
                rest = text[at:]
                if any(len(token) > len(rest) and token.startswith(rest) for token in tokens):
                    return at
            return None

        out: list[str] = []
        at = 0
        for found in re.finditer("|".join(map(re.escape, tokens)), text):
            held = opening(at, found.start())
            if held is not None:
                return "".join([*out, text[at:held]]), text[held:]
            out += [text[at : found.start()], values[found[0]]]
            at = found.end()
        held = opening(at, len(text))
        held = len(text) if held is None else held
        return "".join([*out, text[at:held]]), text[held:]


class Unredact:
    """Brings values back into a text that holds their tokens."""

    def __init__(self, redactor: _Redactor) -> None:
        self._redactor = redactor

    def __call__(self, text: str) -> str:
        return self._redactor.whole(text)

    async def stream(self, source: AsyncIterable[str]) -> AsyncGenerator[str, None]:
        """The same for text that comes in chunks, such as a model's answer: tokens may
        be cut by them."""
        pending = ""
        try:
            async for chunk in source:
                out, pending = self._redactor.restored(pending + chunk, last=False)
                if out:
                    yield out
            out, _ = self._redactor.restored(pending, last=True)
            if out:
                yield out
        finally:
            # who gives this up gives up its source, now rather than when it is collected
            close = getattr(source, "aclose", None)
            if close is not None:
                await close()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
