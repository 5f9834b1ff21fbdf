"""What came of a request, read from the core's decision line.

The text is parsed only when somebody asks for more than the conclusion.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, cast

from ._doorward import explain
from ._response import Refusal, fields_of, refusal_of

Conclusion = Literal["ALLOW", "CHALLENGE", "DENY"]
Mode = Literal["LIVE", "DRY_RUN"]

_CONCLUSIONS: Mapping[str, Conclusion] = {"A": "ALLOW", "C": "CHALLENGE", "D": "DENY"}


@dataclass(frozen=True, slots=True)
class Reason:
    """A stable code and the facts that belong to it."""

    code: str
    details: Mapping[str, Any]

    def is_rate_limit(self) -> bool:
        return self.code.startswith("rate_limit.")

    def is_bot(self) -> bool:
        return self.code.startswith("bot.")

    def is_verified(self) -> bool:
        """A bot that is who it says: proved by its address, its name or its signature."""
        return self.details.get("verified") is True

    def is_spoofed(self) -> bool:
        """Automation that says it is somebody else: a browser, or a crawler of somebody else's."""
        return self.code.startswith("bot.spoofed.") or self.details.get("spoofed") is True

    def is_agent(self) -> bool:
        """Of verify_agent."""
        return self.code.startswith("agent.")

    def is_shield(self) -> bool:
        return self.code.startswith("shield.")

    def is_email(self) -> bool:
        return self.code.startswith("email.")

    def is_filter_rule(self) -> bool:
        return self.code.startswith("filter.")

    def is_error(self) -> bool:
        """The rule could not judge; the code says why and `onError` concluded."""
        return bool(self.details.get("undetermined"))

    @property
    def limit(self) -> int | None:
        """Units the quota holds."""
        return self.details.get("limit")

    @property
    def max(self) -> int | None:
        """The same as `limit`."""
        return self.limit

    @property
    def remaining(self) -> int | None:
        """Whole units left."""
        return self.details.get("remaining")

    @property
    def reset(self) -> int | None:
        """Seconds until the quota is whole again."""
        return self.details.get("reset")

    @property
    def window(self) -> int | None:
        """Seconds the quota covers."""
        return self.details.get("window")

    @property
    def retry_after(self) -> int | None:
        """Seconds until the same request would be let through, if ever."""
        return self.details.get("retryAfter")

    @property
    def key_fallback(self) -> bool:
        """The limit's characteristic was absent, so the address counted."""
        return bool(self.details.get("key_fallback"))

    @property
    def bots(self) -> tuple[str, ...]:
        """Ids of the bots that were recognised."""
        return tuple(self.details.get("bots", ()))

    @property
    def categories(self) -> tuple[str, ...]:
        """Their categories."""
        return tuple(self.details.get("categories", ()))

    @property
    def types(self) -> tuple[str, ...]:
        """What is wrong with an e-mail address."""
        return tuple(self.details.get("types", ()))


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who proved who acts: a signed agent, or one that acts for a user."""

    agent: str
    """Who acts."""
    on_behalf_of: str | None
    """For whom; None where it acts for itself."""
    issuer: str | None
    """Who says so; None where it is the agent's own signature."""
    scopes: tuple[str, ...]
    """What it may do on this route."""
    expires: int
    """Until when, in seconds since the Unix epoch."""
    proof: Literal["web-bot-auth", "jwt"]


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What one rule saw."""

    rule: str
    id: str
    mode: Mode
    conclusion: Conclusion
    score: float
    reason: Reason

    def is_denied(self) -> bool:
        return self.conclusion == "DENY"


@dataclass(frozen=True, slots=True)
class RuleExplanation:
    """What one rule saw, in words, and what would have changed its mind."""

    rule: str
    id: str
    mode: Mode
    conclusion: Conclusion
    saw: str
    change: str


@dataclass(frozen=True, slots=True)
class SignalExplanation:
    """What a signal weighs in the second opinion, in thousandths of a logit."""

    signal: str
    weight: int
    says: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision in words; `str()` of it is meant for a terminal or a log."""

    summary: str
    rules: tuple[RuleExplanation, ...]
    refined: tuple[SignalExplanation, ...] = ()
    """Why the second opinion is what it is, the heaviest first."""

    def __str__(self) -> str:
        lines = [self.summary]
        for rule in self.rules:
            lines.append(f"  {rule.id} ({rule.mode}) {rule.conclusion}: {rule.saw}")
            if rule.change:
                lines.append(f"    {rule.change}")
        lines += (f"  {one.weight:+} {one.signal}: {one.says}" for one in self.refined)
        return "\n".join(lines)


class IpDetails(str):
    """The client's address as text, and what the application's database knows of
    it where a rule read that (`ip.src.country` ...); otherwise all of it is None."""

    __slots__ = ("_known",)
    _known: Mapping[str, Any]

    def __new__(cls, address: str, known: Mapping[str, Any] | None = None) -> IpDetails:
        made = super().__new__(cls, address)
        made._known = known or {}
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return IpDetails, (str(self), self._known)

    @property
    def country(self) -> str | None:
        """ISO 3166-1."""
        return self._known.get("country")

    @property
    def country_name(self) -> str | None:
        return self._known.get("countryName")

    @property
    def continent(self) -> str | None:
        return self._known.get("continent")

    @property
    def continent_name(self) -> str | None:
        return self._known.get("continentName")

    @property
    def region(self) -> str | None:
        return self._known.get("region")

    @property
    def city(self) -> str | None:
        return self._known.get("city")

    @property
    def postal_code(self) -> str | None:
        return self._known.get("postalCode")

    @property
    def timezone(self) -> str | None:
        return self._known.get("timezone")

    @property
    def latitude(self) -> float | None:
        return self._known.get("latitude")

    @property
    def longitude(self) -> float | None:
        return self._known.get("longitude")

    @property
    def accuracy_radius(self) -> float | None:
        """In kilometres."""
        return self._known.get("accuracyRadius")

    @property
    def asn(self) -> str | None:
        """The autonomous system, such as `AS64500`."""
        number = self._known.get("asnum")
        return None if number is None else f"AS{number}"

    @property
    def asn_name(self) -> str | None:
        return self._known.get("asname")

    @property
    def asn_domain(self) -> str | None:
        return self._known.get("asdomain")

    @property
    def asn_type(self) -> str | None:
        return self._known.get("astype")

    @property
    def service(self) -> str | None:
        """Whose VPN, proxy or relay it is."""
        return self._known.get("service")

    @property
    def error(self) -> str | None:
        """Why nothing is known, where the database could not be asked: `no_database` ..."""
        return self._known.get("error")

    def is_hosting(self) -> bool:
        """Known to belong to a hosting provider; false also where nothing is known."""
        return self._known.get("hosting") is True

    def is_vpn(self) -> bool:
        return self._known.get("vpn") is True

    def is_proxy(self) -> bool:
        return self._known.get("proxy") is True

    def is_tor(self) -> bool:
        return self._known.get("tor") is True

    def is_relay(self) -> bool:
        return self._known.get("relay") is True

    def is_mobile(self) -> bool:
        return self._known.get("mobile") is True


class Decision:
    """ALLOW, CHALLENGE or DENY, with every rule's result.

    `is_denied()` is true for a CHALLENGE too unless the ward was built with
    `step_up`: an application that only refuses what is denied never lets a
    challenge through.
    """

    def __init__(self, text: str, step_up: bool) -> None:
        self._conclusion = _CONCLUSIONS[text[0]]
        self._text = text[1:]
        self._step_up = step_up
        self._reserved = ""
        self._follow: Callable[[str], None] | None = None
        self._told = False
        self._observed = ""
        self._again: Callable[[str, Mapping[str, Any] | None], Decision | None] | None = None

    def _answered(self, status: int) -> None:
        """What an adapter saw of the response: a failure counts in how those behave who took
        part, unless the application has said what followed."""
        if status >= 400 and self._follow is not None and not self._told:
            self._told = True
            self._follow(json.dumps({"status": status}))

    def is_allowed(self) -> bool:
        return self._conclusion == "ALLOW"

    def is_challenged(self) -> bool:
        return self._conclusion == "CHALLENGE"

    def is_denied(self) -> bool:
        return self._conclusion == "DENY" or (self._conclusion == "CHALLENGE" and not self._step_up)

    @property
    def conclusion(self) -> Conclusion:
        """The effective conclusion."""
        return self._conclusion

    @cached_property
    def _line(self) -> dict[str, Any]:
        return cast("dict[str, Any]", json.loads(self._text))

    @property
    def id(self) -> str:
        return cast(str, self._line["id"])

    @property
    def ip(self) -> IpDetails | None:
        """The client's address, if it is known, and what is known of it."""
        ip = self._line.get("ip")
        return None if ip is None else IpDetails(ip, self._line.get("ipDetails"))

    @cached_property
    def actor(self) -> Actor | None:
        """Who acts, if somebody proved to be more than a client."""
        line = self._line.get("actor")
        if line is None:
            return None
        return Actor(
            agent=line["agent"],
            on_behalf_of=line["onBehalfOf"],
            issuer=line["issuer"],
            scopes=tuple(line["scopes"]),
            expires=line["expires"],
            proof=line["proof"],
        )

    @property
    def engine(self) -> str:
        """Version and policy hash."""
        return cast(str, self._line["engine"])

    @cached_property
    def reason(self) -> Reason:
        """The reason of the result that decided."""
        return _reason(self._line["reason"])

    @cached_property
    def results(self) -> tuple[RuleResult, ...]:
        """One result per rule, in policy order."""
        return tuple(
            RuleResult(
                rule=result["rule"],
                id=result["id"],
                mode=result["mode"],
                conclusion=result["conclusion"],
                score=float(result["score"]),
                reason=_reason(result["reason"]),
            )
            for result in self._line["results"]
        )

    @property
    def undetermined(self) -> tuple[str, ...]:
        """Ids of the LIVE rules that could not judge."""
        return tuple(self._line["undetermined"])

    @property
    def degraded(self) -> tuple[str, ...]:
        """What of the engine's world was not as it should be."""
        return tuple(self._line["degraded"])

    @property
    def ttl(self) -> int:
        """Seconds for which a refusal by a limit stands; 0 for anything else."""
        return self.reason.retry_after or 0

    @property
    def refined(self) -> Mapping[str, Any] | None:
        """The second opinion as the decision line has it, where there is one."""
        return cast("Mapping[str, Any] | None", self._line.get("refined"))

    def explain(self) -> Explanation:
        """What each rule saw and what would have changed the outcome."""
        told = json.loads(explain(self._text))
        rules = tuple(
            RuleExplanation(**{name: rule[name] for name in RuleExplanation.__slots__})
            for rule in told["rules"]
        )
        refined = tuple(SignalExplanation(**signal) for signal in told.get("refined", ()))
        return Explanation(told["summary"], rules, refined)

    def headers(self) -> dict[str, str]:
        """`RateLimit-Policy` and `RateLimit` of the LIVE limits, and `Retry-After`
        where one refused: for any response, also of a request that passes."""
        return fields_of(self._text)

    def to_response(self, accept: str | None = None) -> Refusal:
        """How to refuse: 429 where a limit decided, else 403, in a body that does
        not say which rule it was. `accept` is the request's `Accept` header."""
        return refusal_of(self._text, accept or "")

    def to_dict(self) -> dict[str, Any]:
        """The decision line as a dictionary of its own."""
        return cast("dict[str, Any]", json.loads(self._text))

    def to_json(self) -> str:
        """The decision line as the core wrote it."""
        return self._text

    def __repr__(self) -> str:
        return f"<Decision {self._conclusion} {self.reason.code} id={self.id}>"


def _reason(fields: dict[str, Any]) -> Reason:
    return Reason(fields["code"], {k: v for k, v in fields.items() if k != "code"})
