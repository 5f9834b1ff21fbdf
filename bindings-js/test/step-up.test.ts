/** Proofs of a step-up: the same in both languages, once, and whatever a client sends is an answer. */

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import doorward, { PolicyError, type StepUpFacts, type Store } from "doorward";
import { setClock } from "doorward/testing";
import fc from "fast-check";
import { boundTo, tokenOf } from "../dist/internal.js";

interface Vectors {
  readonly issued: readonly {
    name: string;
    secret: string;
    facts: StepUpFacts;
    expires: number;
    nonce: string;
    token: string;
  }[];
  readonly verified: readonly {
    name: string;
    secrets: string[];
    now: number;
    token: unknown;
    facts: StepUpFacts;
    expect: string;
  }[];
}

const vectors: Vectors = JSON.parse(
  readFileSync(new URL("../../tests/step-up.json", import.meta.url), "utf8"),
);
const secret = "correct horse battery staple";
const facts = { session: "s-1", action: "checkout", origin: "https://shop.example" };
const onWarning = () => undefined;
let unique = 0;

/** A ward with a store of its own. */
function warded(now?: () => number, more: object = {}) {
  const ward = doorward({
    characteristics: [`test-${++unique}`],
    rules: [],
    stepUp: { secret, ...more },
    onWarning,
  });
  if (now) setClock(ward, now);
  return ward;
}

test("tokens are issued as the vectors say", async () => {
  for (const { name, secret, facts, expires, nonce, token } of vectors.issued) {
    const bound = boundTo(facts);
    assert.ok(bound, name);
    assert.equal(await tokenOf(secret, bound, expires, Buffer.from(nonce, "hex")), token, name);
  }
});

test("tokens are verified as the vectors say", async () => {
  for (const { name, secrets, now, token, facts, expect } of vectors.verified) {
    const ward = warded(() => now, { secret: secrets });
    const found = await ward.stepUp.verify(token, facts);
    assert.equal(found.ok ? "ok" : found.reason, expect, name);
  }
});

test("a token counts once, in wards made from the ward, too", async () => {
  const ward = warded();
  const token = await ward.stepUp.issue(facts);
  const passed = await ward.stepUp.verify(token, facts);
  assert.deepEqual(passed, { ok: true, context: { session: { stepUpAgeSeconds: 0 } } });
  const more = ward.withRule({ rule: "shield", mode: "LIVE" });
  for (const again of [ward, more]) {
    assert.deepEqual(await again.stepUp.verify(token, facts), { ok: false, reason: "used" });
  }
  const elsewhere = { ...facts, action: "token_create" };
  const other = await ward.stepUp.issue(elsewhere);
  assert.deepEqual(await ward.stepUp.verify(other, facts), {
    ok: false,
    reason: "bound_elsewhere",
  });
  assert.ok((await ward.stepUp.verify(other, elsewhere)).ok, "a look elsewhere uses nothing up");
});

test("of many who bring one token at once, one passes", async () => {
  const ward = warded();
  const token = await ward.stepUp.issue(facts);
  const all = await Promise.all(Array.from({ length: 20 }, () => ward.stepUp.verify(token, facts)));
  assert.equal(all.filter(({ ok }) => ok).length, 1);
});

test("a token expires, and stays used as long as it lasts", async () => {
  let now = 1_800_000_000_000;
  const ward = warded(() => now, { ttlSeconds: 60 });
  const [used, late] = [await ward.stepUp.issue(facts), await ward.stepUp.issue(facts)];
  assert.ok((await ward.stepUp.verify(used, facts)).ok);
  now += 59_999;
  assert.deepEqual(await ward.stepUp.verify(used, facts), { ok: false, reason: "used" });
  now += 1;
  assert.deepEqual(await ward.stepUp.verify(late, facts), { ok: false, reason: "expired" });
});

test("where the store cannot say, a token does not count", async () => {
  const store: Store = { take: async () => [new Error("down")] };
  const ward = doorward({ rules: [], stepUp: {}, store, secret, onWarning });
  const token = await ward.stepUp.issue(facts);
  const found = await ward.stepUp.verify(token, facts);
  assert.deepEqual(found, { ok: false, reason: "unavailable" });
});

test("whatever a client sends is an answer", async () => {
  const ward = warded();
  const token = await ward.stepUp.issue(facts);
  const hostile = fc.oneof(
    fc.anything(),
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.constantFrom(..."AZaz09-_"), minLength: 96, maxLength: 96 }),
    // the token with one character changed
    fc
      .tuple(fc.nat({ max: 95 }), fc.constantFrom(..."AZaz09-_"))
      .map(([at, char]) => token.slice(0, at) + char + token.slice(at + 1))
      .filter((changed) => changed !== token),
  );
  await fc.assert(
    fc.asyncProperty(hostile, fc.anything(), async (sent, about) => {
      assert.equal((await ward.stepUp.verify(sent, facts)).ok, false);
      assert.equal((await ward.stepUp.verify(token, about as StepUpFacts)).ok, false);
    }),
    { numRuns: 300 },
  );
  assert.ok((await ward.stepUp.verify(token, facts)).ok, "and nothing of it used the token up");
});

test("a ward says what it lacks", async () => {
  const bad = (stepUp: object) => () => doorward({ rules: [], stepUp, onWarning });
  assert.throws(bad({ secret: "short" }), PolicyError);
  assert.throws(bad({ secret: [] }), PolicyError);
  assert.throws(bad({ secret, ttlSeconds: 5 }), /ttlSeconds: found 5, expected a whole number/);
  assert.throws(bad({ secret, ttl: 60 }), /ttl: found an unknown key/);
  assert.throws(() => doorward({ rules: [], stepUp: true }).stepUp, /proves no step-ups/);
  const ward = warded();
  assert.equal(ward.toJSON().stepUp, true);
  for (const without of [{ ...facts, session: "" }, { ...facts, action: "" }, {}]) {
    await assert.rejects(ward.stepUp.issue(without as StepUpFacts), TypeError);
  }
});

test("the page's program: odd behaviour is challenged, and a step-up opens it once", async () => {
  const page = readFileSync(new URL("../../docs/step-up.md", import.meta.url), "utf8");
  const folder = mkdtempSync(join(import.meta.dirname, "step-up-page-"));
  try {
    const file = join(folder, "checkout.mjs");
    writeFileSync(file, /^```js\n(.*?)^```$/ms.exec(page)?.[1] ?? "");
    const { ward, codeEntered, checkout } = await import(pathToFileURL(file).href);
    const session = { id: "s-1", userId: "ada" };
    const from = { method: "POST", ip: "192.0.2.1" };
    const asked = (token?: string) => {
      const headers = new Headers(token ? { "X-Step-Up": token } : {});
      return checkout({ ...from, url: "/checkout", headers }, session);
    };
    assert.equal(await asked(), 200);
    for (let failures = 0; failures < 30; failures++) {
      const context = { userId: "ada", session: { id: "s-1" } };
      const failed = await ward.protect({ ...from, url: "/login" }, context);
      await ward.report(failed, { loginFailed: true });
    }
    assert.equal(await asked(), 401);
    assert.equal(await codeEntered(session, "0", async () => false), undefined);
    const token = await codeEntered(session, "1", async () => true);
    assert.equal(await asked(token), 200);
    assert.equal(await asked(token), 401, "once");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
