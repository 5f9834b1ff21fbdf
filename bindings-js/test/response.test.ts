// A decision as HTTP: its limits as header fields, and how it is refused.

import assert from "node:assert/strict";
import { request as ask, createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import doorward, { type Decision, filter, fixedWindow, shield, type Warning } from "doorward";
import { Instance } from "../dist/internal.js";

const REQUEST = { method: "GET", url: "/", headers: { host: "x" }, ip: "192.0.2.1" };
const ATTACK = { ...REQUEST, url: "/?q=%3Cscript%3E" };
const BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

let unique = 0;
/** Wards with equal policies share a store, so that tests need different ones. */
const limit = () => fixedWindow({ id: `response-${++unique}`, mode: "LIVE", window: "1h", max: 1 });

/** The last of two decisions of a ward with a shield and a limit of one. */
function refused(request = REQUEST, warnings: Warning[] = []): Decision {
  const ward = doorward({
    rules: [shield({ mode: "LIVE" }), limit()],
    onWarning: (warning) => void warnings.push(warning),
  });
  ward.protectSync(request);
  const decision = ward.protectSync(request);
  assert.ok(decision.isDenied());
  return decision;
}

/** What a shell that fails leaves of the work. */
function failing<T>(name: "headers" | "respond", work: () => T): T {
  const { shell } = Instance.current();
  const kept = shell[name];
  shell[name] = () => {
    throw new WebAssembly.RuntimeError("drill");
  };
  try {
    return work();
  } finally {
    shell[name] = kept as never;
  }
}

test("a limit tells what is left", () => {
  const rule = limit();
  const ward = doorward({ rules: [rule] });
  const passed = ward.protectSync(REQUEST);
  const headers = passed.headers();
  assert.deepEqual(Object.keys(headers), ["RateLimit-Policy", "RateLimit"]);
  assert.equal(headers["RateLimit-Policy"], `"response-${unique}";q=1;w=3600`);
  assert.match(headers.RateLimit ?? "", /^"response-\d+";r=0;t=\d+$/);
  assert.equal(new Response(null, { headers }).headers.get("ratelimit"), headers.RateLimit);
  const denied = ward.protectSync(REQUEST);
  assert.equal(denied.headers()["Retry-After"], String(denied.reason.retryAfter));
});

test("without a limit nothing crosses into the engine", () => {
  const warnings: Warning[] = [];
  const ward = doorward({
    rules: [shield({ mode: "LIVE" })],
    onWarning: (warning) => void warnings.push(warning),
  });
  const decision = ward.protectSync(ATTACK);
  assert.deepEqual(
    failing("headers", () => decision.headers()),
    {},
  );
  assert.deepEqual(warnings, []);
});

test("a problem says which decision and not why", async () => {
  const decision = refused(ATTACK);
  const response = decision.toResponse();
  assert.equal(response.status, 403);
  assert.equal(response.headers.get("content-type"), "application/problem+json");
  assert.equal(response.headers.get("cache-control"), "no-store");
  assert.equal(response.headers.get("x-content-type-options"), "nosniff");
  assert.deepEqual(await response.json(), {
    type: "about:blank",
    title: "Forbidden",
    status: 403,
    decision: decision.id,
  });
});

test("a browser gets a page, whatever its request is made of", async () => {
  const decision = refused();
  const page = decision.refusal(BROWSER);
  assert.equal(page.status, 429);
  assert.ok(Number(page.headers["Retry-After"]) >= 1);
  assert.ok(page.body.includes(decision.id) && !page.body.includes("response-"));
  for (const asker of [
    BROWSER,
    new Request("http://x", { headers: { accept: BROWSER } }),
    { headers: { accept: BROWSER } },
    { headers: { accept: ["application/json;q=0.5", "text/html"] } },
  ]) {
    const response = decision.toResponse(asker);
    assert.equal(response.headers.get("content-type"), "text/html; charset=utf-8");
    assert.equal(response.headers.get("vary"), "Accept");
    assert.equal(await response.text(), page.body);
  }
});

test("no asker makes it throw", () => {
  const decision = refused();
  const hostile = new Proxy(
    {},
    {
      get: () => {
        throw new Error("never");
      },
    },
  );
  for (const asker of [
    undefined,
    null,
    "",
    "\ud800",
    "text/html;q=".repeat(100_000),
    7,
    {},
    { headers: undefined },
    { headers: null },
    { headers: {} },
    { headers: { accept: undefined } },
    { headers: { accept: Symbol("a") } },
    { headers: { get: () => null } },
    { headers: hostile },
    hostile,
  ]) {
    const response = decision.toResponse(asker as never);
    assert.equal(response.headers.get("content-type"), "application/problem+json");
    assert.equal(decision.refusal(asker as never).status, 429);
  }
});

test("a message of Node's server asks too", async () => {
  const decision = refused();
  const server = createServer((request, response) => {
    const { status, headers, body } = decision.refusal(request.headers.accept);
    assert.equal(decision.toResponse(request).headers.get("content-type"), headers["Content-Type"]);
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const answer = await new Promise<IncomingMessage>((resolve, reject) =>
      ask({ host: "127.0.0.1", port, headers: { accept: BROWSER } }, resolve)
        .on("error", reject)
        .end(),
    );
    answer.resume();
    assert.equal(answer.statusCode, 429);
    assert.equal(answer.headers["content-type"], "text/html; charset=utf-8");
    assert.match(String(answer.headers.ratelimit), /;r=0;t=\d+$/);
  } finally {
    server.close();
  }
});

test("a challenge is refused too", () => {
  const ward = doorward({
    rules: [
      filter({
        id: `response-${++unique}`,
        mode: "LIVE",
        onError: "challenge",
        deny: ['context["plan"] eq "x"'],
      }),
    ],
  });
  const decision = ward.protectSync(REQUEST);
  assert.ok(decision.isChallenged());
  assert.equal(decision.refusal().status, 403);
});

test("an engine that traps still refuses", async () => {
  const warnings: Warning[] = [];
  const decision = refused(REQUEST, warnings);
  assert.deepEqual(
    failing("headers", () => decision.headers()),
    {},
  );
  const response = failing("respond", () => decision.toResponse(BROWSER));
  assert.equal(response.status, 403);
  assert.equal(((await response.json()) as { decision: string }).decision, decision.id);
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ["fault", "fault"],
  );
  assert.equal(decision.toResponse(BROWSER).status, 429, "the next instance answers");
});
