"""The bounds of the outside and of mailboxes, asked for by whole requests."""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from doorward import Doorward, Limits, Outside, detect_bot, protect_login, validate_email
from outside_world import name_server

REQUESTS = 10_000
WAVE = 500
# as docs/outside.md states them
BURST, PER_SECOND, PER_CLIENT = 100, 50, 20

FIREFOX = {
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "accept-language": "fr-FR,fr;q=0.8,en-US;q=0.5,en;q=0.3",
    "accept-encoding": "gzip, deflate",
    "upgrade-insecure-requests": "1",
}


def _records(name: str, kind: str) -> Sequence[str] | None:
    """Every domain takes mail, every agent lies somewhere that nobody is sent to."""
    if kind == "MX":
        return [f"10 mail.{name}."]
    return ["127.0.0.1"] if kind == "A" and name.startswith("agent") else None


def _stranger(index: int) -> dict[str, str]:
    """What somebody sends who signs for an agent that nobody has met; that takes no key."""
    created = int(time.time())
    parameters = f'created={created};expires={created + 60};keyid="k";tag="web-bot-auth"'
    return {
        **FIREFOX,
        "host": "shop.example",
        "signature-agent": f'"https://agent{index}.agents.example"',
        "signature-input": f's=("@authority" "signature-agent");{parameters}',
        "signature": "s=:AAAA:",
    }


def _ward(place: str, concurrent: int) -> Doorward:
    """With caches of its own: they are shared by wards of the same limits."""
    rules = [
        detect_bot(mode="LIVE", deny=[], web_bot_auth={"directories": ["*"]}),
        validate_email(mode="LIVE", deny=["NO_MX_RECORDS"]),
    ]
    return Doorward(rules=rules, outside=Outside(dns=[place], limits=Limits(concurrent=concurrent)))


def _request(index: int, client: str) -> dict[str, Any]:
    return {"method": "POST", "url": "/signup", "headers": _stranger(index), "ip": client}


def test_10000_requests_each_with_a_domain_and_an_agent_nobody_has_met() -> None:
    undetermined = 0

    async def ask(ward: Doorward, index: int) -> None:
        nonlocal undetermined
        # a thousand clients
        client = f"198.51.{index % 4}.{index // 4 % 250}"
        context = {"email": f"ana@domain{index}.example"}
        decision = await ward.protect(_request(index, client), context)
        # what nobody looked up is nobody's fault
        assert decision.conclusion == "ALLOW"
        undetermined += len(decision.undetermined)

    async def waves(ward: Doorward) -> None:
        for first in range(0, REQUESTS, WAVE):
            await asyncio.gather(*(ask(ward, first + at) for at in range(WAVE)))

    with name_server({}, _records) as names:
        begun = time.monotonic()
        asyncio.run(waves(_ward(names.place, 31)))
        allowed = BURST + math.ceil(PER_SECOND * (time.monotonic() - begun))
        told = f"{len(names.asked)} queries, {undetermined} undetermined, {allowed}"
        # one for a domain, one for an agent; each may be repeated
        assert 0 < len(names.asked) <= 2 * allowed, told
        # the addresses of agents are not public, so none of them could be asked
        assert undetermined >= 2 * REQUESTS - allowed, told


def test_one_client_has_its_own_bound_and_the_next_is_answered() -> None:
    with name_server({}, _records) as names:
        ward = _ward(names.place, 30)

        def code(index: int, client: str) -> str:
            context = {"email": f"ana@fresh{index}.example"}
            return ward.protect_sync(_request(index, client), context).results[1].reason.code

        begun = time.monotonic()
        codes = Counter(code(index, "2001:db8::7") for index in range(250))
        minutes = (time.monotonic() - begun) / 60
        allowed = PER_CLIENT * (1 + minutes) + 1
        assert 0 < codes["email.ok"] <= allowed, codes
        assert len(names.asked) <= 2 * allowed
        assert code(250, "192.0.2.9") == "email.ok"


def test_who_hammers_a_mailbox_does_not_lock_its_owner_out() -> None:
    ward = Doorward(rules=protect_login(mode="LIVE"))

    def conclusion(client: str, email: str) -> str:
        request = {"method": "POST", "url": "/login", "headers": FIREFOX, "ip": client}
        return ward.protect_sync(request, {"email": email}).conclusion

    told: Counter[str] = Counter()
    for index in range(240):
        # one that insists, and a hundred others
        client = "192.0.2.66" if index % 2 == 0 else f"198.51.{index}.1"
        email = "Victim+1@shop.example" if index % 3 == 0 else "victim@shop.example"
        told[conclusion(client, email)] += 1
    # who insists is denied; what comes from elsewhere is asked for more, and so is the owner
    assert told["DENY"] >= 90, told
    assert told["CHALLENGE"] >= 90, told
    assert conclusion("203.0.113.9", "victim@shop.example") == "CHALLENGE"
    assert conclusion("203.0.113.9", "ana@shop.example") == "ALLOW"
