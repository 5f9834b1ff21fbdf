import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import doorward, {
  type Decision,
  detectBot,
  filter,
  fixedWindow,
  PolicyError,
  type Store,
  shield,
  slidingWindow,
  type Take,
  tokenBucket,
  type Warning,
} from "doorward";
import { failNext, setClock } from "doorward/testing";
import fc from "fast-check";
import { Instance } from "../dist/internal.js";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

const NOW = 1_800_000_000_000;
let unique = 0;
/** Wards with equal policies share a store, so that tests need different ones. */
const limit = (max: number) =>
  slidingWindow({
    mode: "LIVE",
    interval: "1h",
    max,
    id: `limit-${++unique}`,
    characteristics: ["userId"],
  });

const quiet = () => {
  const warnings: Warning[] = [];
  return { warnings, onWarning: (warning: Warning) => void warnings.push(warning) };
};

const get = (ip = "192.0.2.1") => ({ method: "GET", url: "/", headers: { host: "x" }, ip });

test("a limit is exact, and the decision says why", async () => {
  const ward = doorward({ rules: [limit(3)] });
  setClock(ward, () => NOW);
  const decisions: Decision[] = [];
  for (let i = 0; i < 5; i++) decisions.push(await ward.protect(get(), { userId: "ana" }));
  assert.deepEqual(
    decisions.map((decision) => decision.isDenied()),
    [false, false, false, true, true],
  );
  const [first, , , denied] = decisions;
  assert.ok(first?.isAllowed() && denied);
  assert.ok(denied.reason.isRateLimit() && !denied.reason.isBot());
  assert.equal(denied.reason.max, 3);
  assert.equal(denied.reason.remaining, 0);
  assert.equal(denied.ttl, denied.reason.retryAfter);
  assert.equal(`${denied.ip}`, "192.0.2.1");
  assert.equal(denied.results.length, 1);
  assert.ok(denied.results[0]?.isDenied());
  assert.match(denied.explain().summary, /./);
  assert.equal(JSON.stringify(denied), denied.toString());
  assert.ok((await ward.protect(get(), { userId: "bob" })).isAllowed());
});

test("protect and protectSync are one limit", async () => {
  const ward = doorward({ rules: [limit(2)] });
  assert.ok(ward.protectSync(get(), { userId: 1 }).isAllowed());
  assert.ok((await ward.protect(get(), { userId: 1 })).isAllowed());
  assert.ok(ward.protectSync(get(), { userId: 1 }).isDenied());
});

test("a policy that cannot be used throws at construction and names the place", () => {
  const refused = (options: object, message: RegExp) =>
    assert.throws(
      () => doorward(options as never),
      (error: Error) => error instanceof PolicyError && message.test(error.message),
    );
  refused(
    { rules: [{ rule: "slidingWindow", interval: "60s", max: "abc" }] },
    /rules\[0\].*max.*"abc"/,
  );
  refused({ rules: [], nonsense: 1 }, /nonsense.*unknown key/);
  refused({}, /rules.*nothing/);
  refused({ rules: [{ rule: "nonsense" }] }, /nonsense/);
  refused(
    { rules: [{ rule: "slidingWindow", interval: () => 1, max: 1 }] },
    /interval: found a function/,
  );
  refused({ rules: [], onFault: "maybe" }, /onFault/);
  refused({ rules: [], secret: "short" }, /secret/);
  refused({ rules: [], store: { take: async () => [] } }, /secret: found nothing/);
  refused(JSON.parse('{"rules":[],"__proto__":{"platform":"vercel"}}'), /__proto__/);
});

test("a ward serialises to its canonical policy and back", () => {
  const ward = doorward({
    proxies: ["10.0.0.0/8"],
    rules: [limit(3), [detectBot({ mode: "LIVE", allow: [] })]],
  });
  assert.deepEqual(doorward(ward.toJSON()).toJSON(), ward.toJSON());
  assert.equal(ward.toJSON().rules.length, 2);
});

test("a rule without a mode is a dry run, said once", () => {
  const { warnings, onWarning } = quiet();
  const rules = [fixedWindow({ window: 60, max: 0, id: `w${++unique}` })];
  for (let i = 0; i < 3; i++)
    assert.ok(doorward({ rules, onWarning }).protectSync(get()).isAllowed());
  assert.deepEqual(
    warnings.map((warning) => warning.code),
    ["no_mode"],
  );
  assert.match(warnings[0]?.message ?? "", /w\d+.*DRY_RUN/);
});

test("an ALLOW although a LIVE rule could not judge is said once per cause", () => {
  const { warnings, onWarning } = quiet();
  const ward = doorward({ rules: [fixedWindow({ mode: "LIVE", window: 60, max: 1 })], onWarning });
  for (let i = 0; i < 3; i++) {
    const decision = ward.protectSync({ method: "GET", url: "/" });
    assert.deepEqual(decision.undetermined, ["fixedWindow"]);
  }
  assert.deepEqual(
    warnings.map((warning) => warning.code),
    ["undetermined"],
  );
  assert.match(warnings[0]?.message ?? "", /address is unknown/);
});

test("the application names the client where the host shows none", () => {
  const ward = doorward({ rules: [limit(1)] });
  assert.equal(
    ward.protectSync({ url: "/" }, { ip: "192.0.2.7", userId: 1 }).ip.address,
    "192.0.2.7",
  );
  const request = new Request("http://x/", {
    headers: { "x-forwarded-for": "1.2.3.4", "x-real-ip": "1.2.3.4" },
  });
  assert.equal(ward.protectSync(request, { userId: 1 }).ip.address, undefined);
});

test("withRule in a handler 1e5 times: memory flat, limit exact", async () => {
  const base = doorward({ rules: [limit(1e9)] });
  setClock(base, () => NOW);
  let allowed = 0;
  const once = () => {
    const ward = base.withRule(fixedWindow({ mode: "LIVE", window: "1h", max: 500 }));
    if (ward.protectSync(get(), { userId: "ana" }).isAllowed()) allowed++;
  };
  const used = () => {
    gc();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    const wasm = Instance.current().shell.wasm.memory.buffer.byteLength;
    return { js: heapUsed + arrayBuffers, wasm };
  };
  for (let i = 0; i < 10_000; i++) once();
  const before = used();
  for (let i = 0; i < 90_000; i++) once();
  const after = used();
  assert.equal(allowed, 500);
  assert.equal(after.wasm, before.wasm);
  assert.ok(after.js < before.js + 1e6, `${before.js} → ${after.js}`);
  assert.equal(base.withRule([]).toJSON().rules.length, 1);
});

test("withRule with ever new rules is bounded, and the parent's limit holds", () => {
  const base = doorward({ rules: [limit(1000)] });
  let allowed = 0;
  const kept = base.withRule(fixedWindow({ mode: "LIVE", window: "1h", max: 7, id: "kept" }));
  for (let i = 0; i < 2000; i++) {
    const ward = base.withRule(fixedWindow({ mode: "LIVE", window: "1h", max: 1e6 + i, id: "w" }));
    if (ward.protectSync(get(), { userId: "ana" }).isAllowed()) allowed++;
  }
  assert.equal(allowed, 1000);
  // its engine was freed meanwhile
  let more = 0;
  for (let i = 0; i < 20; i++) if (kept.protectSync(get(), { userId: "bob" }).isAllowed()) more++;
  assert.equal(more, 7);
});

test("the package as ESM and CJS in one process shares one limit", async () => {
  const cjs: { doorward: typeof doorward } = createRequire(import.meta.url)("doorward");
  assert.notEqual(cjs.doorward, doorward);
  const rules = [limit(3)];
  const wards = [doorward({ rules }), cjs.doorward({ rules })];
  const answers = [];
  for (let i = 0; i < 6; i++)
    answers.push(await wards[i % 2]?.protect(get(), { userId: 1 } as never));
  assert.deepEqual(
    answers.map((decision) => decision?.conclusion),
    ["ALLOW", "ALLOW", "ALLOW", "DENY", "DENY", "DENY"],
  );
});

test("a trap: reported, the limit survives, the request is answered", async () => {
  const { warnings, onWarning } = quiet();
  const ward = doorward({ rules: [limit(3)], onWarning });
  const other = doorward({ rules: [limit(1)] });
  const derived = ward.withRule(filter({ mode: "LIVE", deny: ['http.host eq "evil"'] }));
  assert.ok(other.protectSync(get(), { userId: 1 }).isAllowed());
  assert.ok(derived.protectSync(get(), { userId: 1 }).isAllowed());
  failNext(ward);
  const survived = await ward.protect(get(), { userId: 1 });
  assert.ok(survived.isAllowed());
  assert.deepEqual(survived.degraded, []);
  failNext(derived);
  assert.ok(derived.protectSync(get(), { userId: 1 }).isAllowed());
  assert.ok(derived.protectSync(get(), { userId: 1 }).isDenied());
  assert.ok(ward.protectSync(get(), { userId: 1 }).isDenied());
  assert.ok(other.protectSync(get(), { userId: 1 }).isDenied());
  assert.deepEqual(
    warnings.map((warning) => warning.code),
    ["fault", "fault"],
  );
  // what the dead instances held is finalised without an uncaught exception
  gc();
  await sleep(20);
});

test("an engine that fails twice: what onFault says, never ALLOW by accident", () => {
  const { warnings, onWarning } = quiet();
  const id = `limit-${++unique}`;
  for (const [onFault, conclusion] of [
    [undefined, "DENY"],
    ["challenge", "CHALLENGE"],
    ["allow", "ALLOW"],
  ] as const) {
    const rules = [fixedWindow({ mode: "LIVE", window: 60, max: 9, id })];
    const ward = doorward({ rules, onWarning, ...(onFault && { onFault }) });
    setClock(ward, () => {
      // every attempt meets an instance that fails
      failNext(ward);
      return NOW;
    });
    const { compile } = brokenInstances();
    try {
      const decision = ward.protectSync(get());
      assert.equal(decision.conclusion, conclusion);
      assert.ok(decision.reason.isError());
      assert.deepEqual(decision.results, []);
      assert.equal(decision.toJSON().reason.code, "fault");
      assert.equal(typeof decision.explain().summary, "string");
    } finally {
      compile();
    }
    setClock(ward, () => NOW);
    assert.ok(ward.protectSync(get()).isAllowed());
  }
  assert.ok(warnings.every((warning) => warning.code === "fault"));
});

/** No wasm instance can be made until `compile` is called. */
function brokenInstances() {
  const { Instance } = WebAssembly;
  WebAssembly.Instance = class {
    constructor() {
      throw new RangeError("no memory");
    }
  } as never;
  return {
    compile: () => {
      WebAssembly.Instance = Instance;
    },
  };
}

const everyRule = () =>
  doorward({
    onWarning: () => undefined,
    characteristics: ["ip.src", 'http.request.headers["x-api-key"]'],
    rules: [
      detectBot({ mode: "LIVE", deny: ["CATEGORY:TOOL"] }),
      limit(1e9),
      tokenBucket({ mode: "LIVE", refillRate: 1, interval: 1, capacity: 1e9 }),
      filter({
        mode: "LIVE",
        deny: ['http.request.uri.args["q"] contains "evil" and context["plan"] eq "free"'],
      }),
    ],
  });

test("any bytes as method, target, header, body, context: a result", async () => {
  const ward = everyRule();
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: "binary" }),
    fc.constantFrom("\0", "\ud800", "ÿ\r\n", "%", "__proto__"),
  );
  const request = fc.record(
    {
      id: text,
      method: fc.oneof(text, fc.anything()),
      url: fc.oneof(text, fc.webUrl(), fc.anything()),
      headers: fc.oneof(fc.array(fc.tuple(text, text)), fc.dictionary(text, text), fc.anything()),
      ip: fc.oneof(text, fc.ipV4(), fc.ipV6(), fc.anything()),
      body: fc.oneof(text, fc.uint8Array(), fc.anything()),
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(request, fc.anything(), async (plain, context) => {
      const decision = await ward.protect(plain as never, context as never);
      assert.match(decision.conclusion, /^(ALLOW|CHALLENGE|DENY)$/);
      assert.notEqual(decision.reason.code, "fault");
      assert.equal(decision.toJSON().results.length, 4);
    }),
    { numRuns: 1000 },
  );
});

test("pollution changes nothing", () => {
  const ward = everyRule();
  setClock(ward, () => NOW);
  const bait = JSON.parse(
    '{"__proto__":{"plan":"free","ip":"6.6.6.6"},"constructor":{"prototype":{"plan":"free"}}}',
  );
  const requests = [
    { ...get(), url: "/?__proto__[plan]=free&constructor[prototype][plan]=free&q=evil" },
    {
      ...get(),
      headers: [
        ["__proto__", "x"],
        ["constructor", "y"],
        ["host", "x"],
      ] as const,
    },
    { ...get(), headers: JSON.parse('{"__proto__":"x","host":"x"}') },
    { ...get(), body: '{"__proto__":{"plan":"free"}}' },
    { ...get(), body: bait },
    Object.assign(JSON.parse('{"__proto__":{"ip":"6.6.6.6","method":"EVIL"}}'), get()),
  ];
  for (const request of requests) {
    for (const context of [bait, { userId: 1, ...bait }, Object.create({ plan: "free" })]) {
      const decision = ward.protectSync(request, context);
      assert.equal(decision.conclusion, "ALLOW");
      assert.equal(decision.ip.address, "192.0.2.1");
    }
  }
  assert.equal(ward.protectSync({ url: "/" }, { userId: 1, ...bait }).ip.address, undefined);
  assert.equal(({} as Record<string, unknown>).plan, undefined);

  // an application that is polluted already
  const polluted = Object.prototype as Record<string, unknown>;
  Object.assign(polluted, {
    plan: "free",
    platform: "fly",
    ip: "6.6.6.6",
    id: "x",
    onFault: "allow",
    userId: "x",
  });
  try {
    const again = everyRule();
    assert.deepEqual(again.toJSON().rules.length, ward.toJSON().rules.length);
    assert.equal(again.toJSON().platform, "fly"); // inherited by any object, not by the policy:
    assert.ok(!JSON.stringify(again.toJSON()).includes("fly"));
    const decision = again.protectSync({ ...get(), url: "/?q=evil" }, {} as never);
    assert.equal(decision.conclusion, "ALLOW");
    assert.equal(decision.ip.address, "192.0.2.1");
    assert.equal(again.protectSync({ url: "/" }, {} as never).ip.address, undefined);
  } finally {
    for (const name of ["plan", "platform", "ip", "id", "onFault", "userId"]) delete polluted[name];
  }
});

/** A store like a shared one, in this process. */
function memoryStore(behave: (call: number) => Promise<void> = async () => undefined) {
  const counts = new Map<string, number>();
  const seen: Take[] = [];
  let calls = 0;
  const store: Store = {
    async take(batch) {
      await behave(++calls);
      return batch.map((take) => {
        seen.push(take);
        const max = take.limit.kind === "tokenBucket" ? take.limit.capacity : take.limit.max;
        const used = (counts.get(take.key) ?? 0) + take.cost;
        const allowed = used <= max;
        if (allowed) counts.set(take.key, used);
        return {
          allowed,
          remaining: max - (counts.get(take.key) ?? 0),
          reset: 1000,
          retryAfter: allowed ? 0 : 1000,
        };
      });
    },
  };
  return { store, seen };
}

const secret = "0123456789abcdef";

test("a host store keeps the limits", async () => {
  const { store, seen } = memoryStore();
  const ward = doorward({ rules: [limit(5)], store, secret });
  const decisions = await Promise.all(
    Array.from({ length: 40 }, (_, i) => ward.protect(get(), { userId: i % 2 })),
  );
  assert.equal(decisions.filter((decision) => decision.isAllowed()).length, 10);
  assert.equal(decisions.filter((decision) => decision.isDenied()).length, 30);
  assert.match(seen[0]?.key ?? "", /^[0-9a-f]{32}$/);
  assert.deepEqual(seen[0]?.limit, { kind: "slidingWindow", max: 5, interval: 3_600_000 });
  assert.equal(new Set(seen.map((take) => take.key)).size, 2);
  assert.throws(() => ward.protectSync(get(), { userId: 1 }), TypeError);
});

test("a store that hangs, throws or answers nonsense: the embedded one limits, and it is said", async () => {
  const { warnings, onWarning } = quiet();
  const stores: Store[] = [
    memoryStore(() => new Promise(() => undefined)).store,
    memoryStore(() => Promise.reject(new Error("down"))).store,
    {
      take: () => {
        throw new Error("at once");
      },
    },
    { take: async () => [] },
    { take: async () => [{ allowed: "yes" }] as never },
    { take: async () => null as never },
  ];
  for (const store of stores) {
    const ward = doorward({ rules: [limit(2)], store, secret, onWarning });
    const start = performance.now();
    const decisions = [];
    for (let i = 0; i < 3; i++) decisions.push(await ward.protect(get(), { userId: 1 }));
    assert.ok(performance.now() - start < 1000);
    assert.deepEqual(
      decisions.map((decision) => decision.conclusion),
      ["ALLOW", "ALLOW", "DENY"],
    );
    assert.deepEqual(
      decisions.map((decision) => decision.degraded),
      [["store"], ["store"], ["store"]],
    );
  }
  assert.ok(warnings.some((warning) => warning.code === "store"));
});

test("a trap while the store is asked: answered, and the process lives", async () => {
  const { warnings, onWarning } = quiet();
  const ward = doorward({ rules: [limit(2)], store: memoryStore().store, secret, onWarning });
  failNext(ward);
  assert.ok((await ward.protect(get(), { userId: 1 })).isAllowed());
  assert.deepEqual(
    warnings.map((warning) => warning.code),
    ["fault"],
  );
  // another ward's trap while this one waits for its store
  const slow = doorward({
    rules: [limit(2)],
    store: memoryStore(() => sleep(20)).store,
    secret,
    onWarning,
  });
  const waiting = slow.protect(get(), { userId: 1 });
  failNext(ward);
  await ward.protect(get(), { userId: 1 });
  assert.ok((await waiting).isAllowed());
});

test("the log sink gets a line for each decision and outcome", async () => {
  const lines: string[] = [];
  const { warnings, onWarning } = quiet();
  const codes = () => warnings.map((warning) => warning.code);
  const ward = doorward({ rules: [limit(2)], log: (line) => lines.push(line), secret, onWarning });
  const decision = await ward.protect({ ...get(), url: "/a?token=geheim" }, { userId: "ana" });
  ward.report(decision, { status: 200, chargeback: true });
  assert.equal(lines.length, 2);
  for (const line of lines) {
    assert.ok(JSON.stringify(JSON.parse(line)).includes(decision.id));
    assert.ok(!/geheim|"ana"|192\.0\.2\.1/.test(line), line);
  }
  assert.deepEqual(codes(), []);
  const throwing = doorward({
    rules: [limit(2)],
    secret,
    onWarning,
    log: () => {
      throw new Error("disk full");
    },
  });
  assert.ok(throwing.protectSync(get(), { userId: 1 }).isAllowed());
  assert.deepEqual(codes(), ["log"]);
});

test("CHALLENGE denies unless the ward can step up", () => {
  const rule = filter({ mode: "LIVE", deny: ['context["x"] eq "1"'], onError: "challenge" });
  const plain = doorward({ rules: [rule] }).protectSync(get());
  const stepUp = doorward({ rules: [rule], stepUp: true }).protectSync(get());
  assert.deepEqual(
    [plain.isChallenged(), plain.isDenied(), plain.isAllowed()],
    [true, true, false],
  );
  assert.deepEqual(
    [stepUp.isChallenged(), stepUp.isDenied(), stepUp.isAllowed()],
    [true, false, false],
  );
});

test("DOORWARD_MODE=DRY_RUN turns every rule to dry run, and says so", () => {
  process.env.DOORWARD_MODE = "DRY_RUN";
  try {
    const ward = doorward({ rules: [limit(0)] });
    const decision = ward.protectSync(get(), { userId: 1 });
    assert.ok(decision.isAllowed());
    assert.equal(decision.results[0]?.mode, "DRY_RUN");
    assert.equal(decision.degraded.length, 1);
  } finally {
    delete process.env.DOORWARD_MODE;
  }
});

test("a ward asked from within a ward's own call", () => {
  const ward = doorward({ rules: [limit(1)] });
  const context = {
    get userId() {
      // as a lazy session might
      ward.protectSync({ ...get("198.51.100.9"), id: "inner" }, { userId: "other" });
      return "ana";
    },
  };
  const decision = ward.protectSync({ ...get(), id: "outer" }, context);
  assert.deepEqual([decision.id, decision.ip.address], ["outer", "192.0.2.1"]);
  const sinks: string[] = [];
  const loud = doorward({
    rules: [limit(9)],
    onWarning: () => void sinks.push(loud.protectSync(get("198.51.100.9"), { userId: 2 }).id),
  });
  failNext(loud);
  assert.equal(loud.protectSync({ ...get(), id: "outer" }, { userId: 1 }).id, "outer");
  assert.equal(sinks.length, 1);
});

test("a body of every kind reaches the shield, and the handler", async () => {
  const ward = doorward({ rules: [shield({ mode: "LIVE" })] });
  const attack = JSON.stringify({ q: "1' UNION SELECT password FROM users--" });
  const json = { "content-type": "application/json" };
  const request = (body: string) =>
    new Request("http://x/", { method: "POST", body, headers: json });
  const evil = request(attack);
  assert.ok((await ward.protect(evil)).isDenied());
  assert.equal(await evil.text(), attack);
  assert.ok((await ward.protect(request('{"q":"hello"}'))).isAllowed());
  const plain = { method: "POST", url: "/", headers: json, ip: "192.0.2.1" };
  assert.ok(ward.protectSync({ ...plain, body: attack }).isDenied());
  assert.ok(ward.protectSync({ ...plain, body: JSON.parse(attack) }).isDenied());
  assert.ok(ward.protectSync({ ...plain, body: new TextEncoder().encode(attack) }).isDenied());
  const unseen = ward.protectSync(request(attack));
  assert.deepEqual(unseen.degraded, ["body.truncated"]);
});

test("any bytes from a host: a result", async () => {
  const ward = doorward({
    onWarning: () => undefined,
    rules: [shield({ mode: "LIVE" }), detectBot({ mode: "LIVE", allow: [] }), limit(1e9)],
  });
  const latin = fc.string({
    unit: fc.integer({ min: 0, max: 255 }).map((c) => String.fromCharCode(c)),
  });
  const token = fc.string({ unit: fc.constantFrom(..."abcXYZ-_!%'"), minLength: 1 });
  const value = fc.string({
    unit: fc
      .integer({ min: 32, max: 255 })
      .filter((c) => c !== 127)
      .map((c) => String.fromCharCode(c)),
  });
  const names = fc.oneof(
    token,
    fc.constantFrom("cookie", "user-agent", "content-type", "host", "referer"),
  );
  await fc.assert(
    fc.asyncProperty(
      latin,
      latin,
      fc.array(fc.tuple(names, value)),
      fc.uint8Array(),
      async (method, target, headers, body) => {
        const incoming = {
          method,
          url: target,
          rawHeaders: headers.flat(),
          headers: { "content-length": "9" },
          socket: { remoteAddress: "192.0.2.1" },
          readableDidRead: true,
          body,
        };
        const fetched = new Request("http://x/", { method: "POST", headers, body });
        for (const request of [incoming, fetched]) {
          const decision = await ward.protect(request, { userId: 1 });
          assert.equal(decision.toJSON().results.length, 3);
          assert.notEqual(decision.reason.code, "fault");
        }
        assert.deepEqual(new Uint8Array(await fetched.arrayBuffer()), body);
      },
    ),
    { numRuns: 500 },
  );
});

test("what is no request is a mistake of the application", async () => {
  const ward = everyRule();
  for (const wrong of [undefined, null, "x", 1]) {
    await assert.rejects(ward.protect(wrong as never, { userId: 1 }), TypeError);
  }
});
