/** What followed a decision counts in how those who took part behave, live as in a replay. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import doorward, {
  type Decision,
  type Observed,
  type Profile,
  type Store,
  shield,
  type Ward,
} from "doorward";
import { protect as nodeProtect } from "doorward/node";
import { protect as routeProtect } from "doorward/react-router";
import { setClock } from "doorward/testing";

const NOW = 1_800_000_000_000;
const onWarning = () => undefined;
let unique = 0;

function warded(store?: Store): Ward {
  const ward = doorward({
    characteristics: [`report-${++unique}`],
    rules: [shield({ mode: "LIVE" })],
    refine: { mode: "LIVE" },
    secret: "0123456789abcdef",
    onWarning,
    ...(store && { store }),
  }) as unknown as Ward;
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

test("adapters report the status that the application answers with, unless it has reported", async () => {
  const seen: Decision[] = [];
  for (const reports of [false, true]) {
    const ward = warded();
    const listener = nodeProtect(ward, (_, response, decision) => {
      seen.push(decision);
      if (reports) void ward.report(decision, { stepUpPassed: true });
      response.statusCode = 401;
      response.end();
    });
    const server = createServer(listener).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    for (let tries = 0; tries < 12; tries++) {
      await (await fetch(`http://127.0.0.1:${port}/login`, { method: "POST" })).arrayBuffer();
    }
    server.close();
    const failures = weight(seen.at(-1) as Decision, "address.failures");
    assert.equal(failures > 0, !reports);
  }
});

test("so do those of hosts whose handlers return a response", async () => {
  const ward = warded();
  const context = () => ({ ip: "192.0.2.1", userId: "ada" });
  const middleware = routeProtect(ward, { context });
  const asked = (status: number) =>
    middleware(
      {
        request: new Request("http://shop.example/login", { method: "POST" }),
        context: { set: () => undefined },
      },
      async () => new Response(null, { status }),
    );
  for (let tries = 0; tries < 12; tries++) await asked(200);
  const address = { url: "/login", ip: "192.0.2.1" };
  const user = { userId: "ada" };
  assert.equal(weight(await ward.protect(address, user), "user.failures"), 0);
  for (let tries = 0; tries < 30; tries++) await asked(404);
  assert.ok(weight(await ward.protect(address, user), "user.failures") > 0);
});
