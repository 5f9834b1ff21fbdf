/** What followed a decision counts in how those who took part behave, live as in a replay. */

import assert from "node:assert/strict";
import { test } from "node:test";
import doorward, { type Decision, type Observed, type Profile, type Store, shield } from "doorward";
import { setClock } from "doorward/testing";

const NOW = 1_800_000_000_000;
const onWarning = () => undefined;
let unique = 0;

function warded(store?: Store) {
  const ward = doorward({
    characteristics: [`report-${++unique}`],
    rules: [shield({ mode: "LIVE" })],
    refine: { mode: "LIVE" },
    secret: "0123456789abcdef",
    onWarning,
    ...(store && { store }),
  });
  setClock(ward, () => NOW);
  return ward;
}

const request = { method: "POST", url: "http://shop.example/login", headers: {}, ip: "192.0.2.1" };
const context = { userId: "ada", action: "login", session: { id: "s-1" } };
const weight = (decision: Decision, name: string) =>
  decision.refined?.explanation.find(({ signal }) => signal === name)?.weight ?? 0;

test("failures that are reported weigh in the next decision", async () => {
  for (const by of ["decision", "id"] as const) {
    const ward = warded();
    let decision = await ward.protect(request, context);
    for (let tries = 0; tries < 8; tries++) {
      await ward.report(by === "id" ? decision.id : decision, { loginFailed: true });
      decision = await ward.protect(request, context);
    }
    assert.ok(weight(decision, "address.failures") > 0, decision.toString());
  }
});

test("a decision that was made by a ward with further rules is known by its id", async () => {
  const ward = warded();
  const more = ward.withRule({ rule: "detectBot", mode: "LIVE", allow: ["CATEGORY:TOOL"] });
  let decision = await more.protect(request, context);
  for (let tries = 0; tries < 8; tries++) {
    await ward.report(decision.id, { status: 401 });
    decision = await more.protect(request, context);
  }
  assert.ok(weight(decision, "address.failures") > 0, decision.toString());
});

test("who is not known any more is reported to the log alone", async () => {
  const lines: string[] = [];
  const ward = doorward({
    rules: [],
    refine: { mode: "LIVE" },
    log: (line) => lines.push(line),
    secret: "0123456789abcdef",
    onWarning,
  });
  await ward.report("dw_of_last_month", { chargeback: true });
  assert.match(lines.join(), /"id":"dw_of_last_month","outcome":\{"chargeback":true\}/);
});

const NOBODY: Profile = {
  ...{ first: 0, last: 0, requests: 0, flagged: 0, failed: 0, good: 0, bad: 0 },
  ...{ swing: 0, beats: 0, walked: 0, paths: 0, others: 0, agents: 0 },
};

test("a store of the application's keeps behaviour, too", async () => {
  const told: Observed[] = [];
  const store: Store = {
    take: async () => [],
    profile: async (batch) => {
      told.push(...batch);
      return batch.map(() => ({ ...NOBODY, first: NOW, last: NOW, requests: 40e3, failed: 39e3 }));
    },
  };
  const ward = warded(store);
  const decision = await ward.protect(request, context);
  assert.ok(weight(decision, "address.failures") > 0, decision.toString());
  assert.deepEqual(decision.degraded, []);
  await ward.report(decision, { loginFailed: true, chargeback: true });
  const keys = new Set(told.map(({ key }) => key));
  assert.equal(keys.size, 3, "an address, a user and a session");
  for (const key of keys) {
    assert.match(key, /^[0-9a-f]{32}$/);
    const [look, request, outcome] = told.filter((one) => one.key === key);
    assert.deepEqual(look, { key });
    assert.equal(request?.requests, 1);
    assert.deepEqual(outcome, { key, failed: 1, bad: 20 });
  }
});

test("behaviour that the store cannot tell is not known, and the decision says so", async () => {
  const answers: Store["profile"][] = [
    async () => [new Error("down")],
    async () => [],
    async (batch) => batch.map(() => ({ ...NOBODY, requests: Number.NaN })),
    async (batch) => batch.map(() => ({}) as Profile),
    () => new Promise(() => undefined),
    () => {
      throw new Error("broken");
    },
  ];
  for (const profile of answers) {
    const ward = warded({ take: async () => [], ...(profile && { profile }) });
    const decision = await ward.protect(request, context);
    assert.deepEqual(decision.degraded, ["profiles"]);
    assert.equal(decision.conclusion, "ALLOW");
    await ward.report(decision, { loginFailed: true });
  }
});
