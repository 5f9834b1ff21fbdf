"""Limits in Redis: against a real redis-server, started here on a port of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
import redis
import redis.asyncio
from doorward import Decision, Doorward, Taken, fixed_window, sliding_window, token_bucket
from doorward.__main__ import main
from doorward._doorward import Replay
from doorward._outside import Facts, Turn
from doorward._store import Answers, Take
from doorward.redis import redis_store
from hypothesis import given, settings
from hypothesis import strategies as st
from support import environ, run, scope

SECRET = "0123456789abcdef"
PLENTY = 5.0


def _free_port() -> int:
    """A port nobody listens on, below those that the system hands to clients meanwhile."""
    while True:
        port = secrets.choice(range(10_000, 32_000))
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


class Server:
    """A server that can be killed, stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port: int = _free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Server:
        program = shutil.which("redis-server")
        assert program, "redis-server is missing: run `make setup`"
        where = ("--port", str(self.port), "--bind", "127.0.0.1")
        self.process = subprocess.Popen(  # noqa: S603 -- nothing of it comes from outside
            [program, *where, "--save", "", "--appendonly", "no"],
            stdout=subprocess.DEVNULL,
            cwd=self.folder,
        )
        for _ in range(200):
            try:
                with self.client() as client:
                    client.ping()
                return self
            except redis.RedisError:
                sleep(0.05)
        raise AssertionError("redis-server does not start")

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def client(self) -> redis.Redis:
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        return redis.Redis(port=self.port, retry=Retry(NoBackoff(), 0))

    def asynchronous(self) -> redis.asyncio.Redis:
        return redis.asyncio.Redis(port=self.port)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("redis")).start()
    yield made
    made.kill()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Server]:
    """A server for a test that ends it."""
    made = Server(tmp_path).start()
    yield made
    made.kill()


def ward_of(client: Any, maximum: int, *, deadline: float = 0.05, prefix: str = "doorward:") -> Any:
    """A ward with a limit nobody else has."""
    rule = sliding_window(
        mode="LIVE",
        interval="1h",
        max=maximum,
        id=f"limit-{secrets.token_hex(4)}",
        characteristics=["userId"],
    )
    store = redis_store(client, deadline=deadline, prefix=prefix)
    return Doorward(rules=[rule], store=store, secret=SECRET)


def allowed(decisions: list[Decision]) -> int:
    return sum(decision.is_allowed() for decision in decisions)


def degraded(decisions: list[Decision]) -> int:
    return sum("store" in decision.degraded for decision in decisions)


def left(decision: Decision) -> object:
    return decision.results[0].reason.remaining


def remembering(server: Server, work: Callable[[redis.asyncio.Redis], Awaitable[Any]]) -> Any:
    """Runs with a client that is closed afterwards."""

    async def all_of_it() -> Any:
        client = server.asynchronous()
        try:
            return await work(client)
        finally:
            await client.aclose()

    return run(all_of_it())


async def recovered(ward: Doorward) -> Decision:
    """Asks until the store answers again."""
    for _ in range(100):
        decision = await ward.protect(scope(), {"userId": secrets.token_hex(4)})
        if not decision.degraded:
            return decision
        await asyncio.sleep(0.05)
    raise AssertionError("the store did not recover")


def recovered_now(ward: Doorward) -> Decision:
    for _ in range(100):
        decision = ward.protect_sync(environ(), {"userId": secrets.token_hex(4)})
        if not decision.degraded:
            return decision
        sleep(0.05)
    raise AssertionError("the store did not recover")


def test_what_is_no_client_and_options_that_make_no_sense(server: Server) -> None:
    with pytest.raises(TypeError, match=r"redis\.Redis"):
        redis_store(object())
    for wrong in ({"deadline": 0}, {"deadline": float("nan")}, {"prefix": "{a}"}):
        with pytest.raises(ValueError, match="redis_store"):
            redis_store(server.client(), **wrong)


UNITS = st.integers(1, 9) | st.integers(1, 2**32 - 1)
TIMES = st.integers(1, 100).map("{}ms".format) | st.sampled_from(["1s", "60s", "1h", "366d"])
LIMITS = st.one_of(
    st.fixed_dictionaries({"rule": st.just("fixedWindow"), "window": TIMES, "max": UNITS}),
    st.fixed_dictionaries({"rule": st.just("slidingWindow"), "interval": TIMES, "max": UNITS}),
    st.fixed_dictionaries(
        {
            "rule": st.just("tokenBucket"),
            "interval": TIMES,
            "capacity": st.integers(1, 20),
            "refillRate": UNITS,
        }
    ),
)
STEPS = st.lists(
    st.tuples(
        st.integers(0, 60) | st.sampled_from([1000, 60_000, 3_600_000]),
        st.sampled_from("ab"),
        st.integers(0, 9) | st.sampled_from([20, 2**32 - 1]),
    ),
    min_size=1,
    max_size=40,
)


def traffic(begin: int, steps: list[tuple[int, str, int]]) -> list[str]:
    lines, time = [], begin
    for number, (pause, user, requested) in enumerate(steps):
        time += pause
        context = {"userId": user, "requested": requested}
        line = {"id": str(number), "time": time, "ip": "192.0.2.1", "method": "GET", "url": "/"}
        lines.append(json.dumps({**line, "context": context}))
    return lines


def test_any_limits_are_what_the_embedded_store_says(server: Server) -> None:
    store = redis_store(server.client(), deadline=PLENTY)
    failures: list[Exception] = []

    @settings(max_examples=100)
    @given(st.lists(LIMITS, min_size=1, max_size=4), st.sampled_from([0, 1_800_000_000_000]), STEPS)
    def equal(limits: list[dict[str, Any]], begin: int, steps: list[tuple[int, str, int]]) -> None:
        rules = [{"id": f"r{i}", "mode": "LIVE", **limit} for i, limit in enumerate(limits)]
        policy = json.dumps({"version": 1, "characteristics": ["userId"], "rules": rules})
        memory = Replay(policy)
        shared = Replay(policy, store_secret=secrets.token_bytes(16))
        for line in traffic(begin, steps):
            expected = memory.push("t:1", line.encode())
            needs = shared.push("t:1", line.encode())
            assert needs is not None
            assert needs[0] == "N"
            replies = Turn(store, Facts(), failures.append).answer_now(needs[1:])
            assert shared.push("t:1", line.encode(), replies) == expected

    equal()
    assert failures == []


def test_replay_writes_the_same_bytes_each_time(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = [
        {"rule": "slidingWindow", "mode": "LIVE", "interval": "60s", "max": 5},
        {"rule": "tokenBucket", "mode": "LIVE", "refillRate": 3, "interval": "7s", "capacity": 11},
    ]
    policy, lines = tmp_path / "policy.json", tmp_path / "traffic.jsonl"
    policy.write_text(json.dumps({"version": 1, "rules": rules}))
    steps = [((number * 7919) % 9000, f"u{number % 3}", number % 4) for number in range(200)]
    lines.write_text("\n".join(traffic(1_800_000_000_000, steps)))
    common = ["replay", str(lines), "--policy", str(policy)]
    assert main(common) == 0
    memory = capsys.readouterr().out
    assert '"DENY"' in memory
    for _ in range(2):
        assert main([*common, "--store", f"redis://127.0.0.1:{server.port}"]) == 0
        said = capsys.readouterr()
        assert said.out == memory
        assert "did not answer" not in said.err
    assert main([*common, "--store", "redis://user:hunter2@127.0.0.1:1"]) == 2
    said = capsys.readouterr()
    assert re.search(r"found no server at --store redis://127\.0\.0\.1:1 \(.*refused", said.err)
    assert "hunter2" not in said.err
    for wrong in ("redis://", "disk", "redis://127.0.0.1:port"):
        assert main([*common, "--store", wrong]) == 2
        assert "expected" in capsys.readouterr().err


def test_replay_names_the_package_that_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)
    policy = tmp_path / "policy.json"
    policy.write_text('{"version": 1, "rules": []}')
    command = ["replay", str(policy), "--policy", str(policy), "--store", "redis://127.0.0.1"]
    assert main(command) == 2
    assert "pip install redis" in capsys.readouterr().err


def wards(clients: list[Any]) -> list[Doorward]:
    """The same policy on several machines."""
    name = secrets.token_hex(4)
    rules = [
        fixed_window(
            mode="LIVE", window="365d", max=50, id=f"a-{name}", characteristics=["userId"]
        ),
        token_bucket(mode="LIVE", refill_rate=1, interval="1h", capacity=1000, id=f"b-{name}"),
    ]
    return [
        Doorward(rules=rules, store=redis_store(client, deadline=PLENTY), secret=SECRET)
        for client in clients
    ]


def test_of_400_simultaneous_takes_at_a_limit_of_50_exactly_50_are_given(server: Server) -> None:
    async def work(client: redis.asyncio.Redis) -> list[Decision]:
        machines = wards([client, client])
        asked = [machines[i % 2].protect(scope(), {"userId": "u"}) for i in range(400)]
        decisions = await asyncio.gather(*asked)
        # takes of one turn share a connection
        assert len(client.connection_pool._available_connections) < 10
        return decisions

    decisions = remembering(server, work)
    assert degraded(decisions) == 0
    assert allowed(decisions) == 50


def test_the_same_from_400_threads_worth_of_work(server: Server) -> None:
    from concurrent.futures import ThreadPoolExecutor

    machines = wards([server.client(), server.client()])
    with ThreadPoolExecutor(16) as threads:
        asked = [
            threads.submit(machines[i % 2].protect_sync, environ(), {"userId": "u"})
            for i in range(400)
        ]
        decisions = [answer.result() for answer in asked]
    assert degraded(decisions) == 0
    assert allowed(decisions) == 50


def test_a_flushed_script_is_sent_again_and_counts_once(server: Server) -> None:
    admin = server.client()

    async def work(client: redis.asyncio.Redis) -> list[Decision]:
        ward = ward_of(client, 5, deadline=PLENTY)
        decisions = []
        for _ in range(8):
            admin.script_flush()
            decisions.append(await ward.protect(scope(), {"userId": "u"}))
        return decisions

    decisions = remembering(server, work)
    assert (allowed(decisions), degraded(decisions)) == (5, 0)
    ward = ward_of(server.client(), 5, deadline=PLENTY)
    decisions = []
    for _ in range(8):
        admin.script_flush()
        decisions.append(ward.protect_sync(environ(), {"userId": "u"}))
    assert (allowed(decisions), degraded(decisions)) == (5, 0)


def test_keys_are_hmacs_and_expire(server: Server) -> None:
    ward = ward_of(server.client(), 5, deadline=PLENTY, prefix="app:")
    assert ward.protect_sync(environ(), {"userId": "mallory"}).is_allowed()
    admin = server.client()
    keys = list(admin.scan_iter(count=1000))
    assert any(key.startswith(b"app:") for key in keys)
    for key in keys:
        assert re.fullmatch(rb"(app|doorward):\{[0-9a-f]{32}\}", key)
        assert admin.pttl(key) > 0


def test_the_scripts_are_those_of_the_npm_package() -> None:
    package = Path(__file__).parent.parent
    theirs = (package.parent / "bindings-js/src/redis/script.ts").read_text()
    for name, file in (("TAKE", "_take.lua"), ("PROFILE", "_profile.lua")):
        ours = (package / "python/doorward" / file).read_text()
        assert f"{name} = `{ours}`;" in theirs


BEHAVING = {"userId": "ada", "action": "login", "session": {"id": "s-1"}}


def watching(store: Any, name: str) -> Doorward:
    """A ward with a second opinion; its limit is there to be asked for with the profiles."""
    rule = fixed_window(mode="LIVE", window="1h", max=1000, characteristics=["userId"])
    refine = {"mode": "LIVE"}
    return Doorward(rules=[rule], characteristics=[name], refine=refine, store=store, secret=SECRET)


def behaviour(decision: Decision) -> list[Any]:
    """Signals of behaviour, which differ by nobody's keys."""
    signals = decision.to_dict()["refined"]["explanation"]
    return [one for one in signals if re.search("failures|pace", one["signal"])]


def test_behaviour_is_the_embedded_stores_and_processes_share_it(server: Server) -> None:
    name = f"behaviour-{secrets.token_hex(4)}"
    embedded = watching(None, name)

    async def ask(client: redis.asyncio.Redis) -> None:
        def store(client: Any) -> Any:
            return redis_store(client, deadline=PLENTY, prefix=name)

        shared = [watching(store(client), name), watching(store(server.client()), name)]
        for turn in range(12):
            ward, request = shared[turn % 2], scope()
            expected = embedded.protect_sync(request, BEHAVING)
            found = await ward.protect(request, BEHAVING)
            assert behaviour(found) == behaviour(expected)
            assert not found.degraded
            embedded.report(expected, login_failed=True)
            ward.report(found, login_failed=True)
            await asyncio.gather(*ward._telling)
            if turn > 6:
                assert behaviour(found)

    remembering(server, ask)
    admin = server.client()
    keys = list(admin.scan_iter(f"{name}*", count=1000))
    assert sum(admin.strlen(key) == 80 for key in keys) == 3
    for key in keys:
        assert 0 < admin.pttl(key) <= 28 * 86_400_000
    # other tests look at all keys
    admin.delete(*keys)


def test_a_killed_server_behaviour_is_not_known_and_nobody_waits(own: Server) -> None:
    async def ask(client: redis.asyncio.Redis) -> None:
        ward = watching(redis_store(client), "killed")
        assert not (await ward.protect(scope(), BEHAVING)).degraded
        own.kill()
        begun = monotonic()
        decisions = [await ward.protect(scope(), BEHAVING) for _ in range(10)]
        assert monotonic() - begun < 5
        assert all(decision.degraded == ("store", "profiles") for decision in decisions)
        assert all(decision.is_allowed() for decision in decisions)

    remembering(own, ask)


def take(refill: int) -> Take:
    limit = {"kind": "tokenBucket", "capacity": 2**32 - 1, "refillRate": refill, "interval": 10**10}
    return Take("a" * 32, limit, 1)


def test_a_bucket_beyond_the_scripts_numbers_is_an_error(server: Server) -> None:
    def check(answers: Answers) -> None:
        first, second = answers
        assert isinstance(first, redis.ResponseError)
        assert "2^52" in str(first)
        assert isinstance(second, Taken)
        assert second.allowed

    store = redis_store(server.client(), deadline=PLENTY)
    answers = store.take([take(1), take(2**31)])
    assert isinstance(answers, list)
    check(answers)

    async def work(client: redis.asyncio.Redis) -> Answers:
        answers = redis_store(client, deadline=PLENTY).take([take(1), take(2**31)])
        assert isinstance(answers, Awaitable)
        return await answers

    check(remembering(server, work))


def test_a_killed_server_async(own: Server) -> None:
    async def work(client: redis.asyncio.Redis) -> None:
        ward = ward_of(client, 5)
        await recovered(ward)
        own.kill()
        began = monotonic()
        asked = [ward.protect(scope(), {"userId": "one"}) for _ in range(40)]
        decisions = await asyncio.gather(*asked)
        assert monotonic() - began < 1
        assert (allowed(decisions), degraded(decisions)) == (5, 40)
        own.start()
        assert (await recovered(ward)).is_allowed()

    remembering(own, work)


def test_a_killed_server_sync(own: Server) -> None:
    # the application's client tries three times, for seconds
    ward = ward_of(redis.Redis(port=own.port), 5)
    recovered_now(ward)
    own.kill()
    began = monotonic()
    decisions = [ward.protect_sync(environ(), {"userId": "one"}) for _ in range(40)]
    assert monotonic() - began < 1
    assert (allowed(decisions), degraded(decisions)) == (5, 40)
    own.start()
    assert recovered_now(ward).is_allowed()


def test_a_server_that_hangs_async(own: Server) -> None:
    async def work(client: redis.asyncio.Redis) -> None:
        ward = ward_of(client, 50, deadline=0.4)
        await recovered(ward)
        own.signal(signal.SIGSTOP)
        began = monotonic()
        asked = [ward.protect(scope(), {"userId": "u"}) for _ in range(80)]
        decisions = await asyncio.gather(*asked)
        assert 0.399 <= monotonic() - began < 1.5
        assert (allowed(decisions), degraded(decisions)) == (50, 80)
        # the others do not wait at all
        began = monotonic()
        asked = [ward.protect(scope(), {"userId": "u"}) for _ in range(20)]
        assert degraded(await asyncio.gather(*asked)) == 20
        assert monotonic() - began < 0.35
        # how far apart the clocks are is known to a round trip, which a busy machine makes long
        await asyncio.sleep(1)
        own.signal(signal.SIGCONT)
        await recovered(ward)
        await asyncio.sleep(0.1)
        # what was held back consumed nothing
        decision = await ward.protect(scope(), {"userId": "u"})
        assert decision.degraded == ()
        assert left(decision) == 49

    remembering(own, work)


def test_a_server_that_hangs_sync(own: Server) -> None:
    ward = ward_of(own.client(), 50)
    recovered_now(ward)
    own.signal(signal.SIGSTOP)
    began = monotonic()
    decisions = [ward.protect_sync(environ(), {"userId": "u"}) for _ in range(80)]
    assert 0.049 <= monotonic() - began < 1
    assert (allowed(decisions), degraded(decisions)) == (50, 80)
    sleep(1)
    own.signal(signal.SIGCONT)
    recovered_now(ward)
    sleep(0.1)
    decision = ward.protect_sync(environ(), {"userId": "u"})
    assert decision.degraded == ()
    assert left(decision) == 49


def test_a_pause_longer_than_the_deadline_is_not_waited_for(own: Server) -> None:
    async def work(client: redis.asyncio.Redis) -> None:
        ward = ward_of(client, 5, deadline=0.4)
        await recovered(ward)
        await client.client_pause(50)
        assert degraded([await ward.protect(scope(), {"userId": "u"})]) == 0
        await client.client_pause(2000)
        began = monotonic()
        decision = await ward.protect(scope(), {"userId": "u"})
        assert decision.degraded == ("store",)
        assert 0.39 <= monotonic() - began < 1.5
        await recovered(ward)

    remembering(own, work)


def test_a_request_that_goes_away_leaves_the_others_their_answers(server: Server) -> None:
    async def work(client: redis.asyncio.Redis) -> None:
        ward = ward_of(client, 5, deadline=PLENTY)
        first = asyncio.ensure_future(ward.protect(scope(), {"userId": "a"}))
        second = asyncio.ensure_future(ward.protect(scope(), {"userId": "b"}))
        await asyncio.sleep(0)
        first.cancel()
        assert (await second).degraded == ()

    remembering(server, work)
