/** What single hosts ask of `protect` beside what all of them do. */

import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { EventEmitter } from "node:events";
import { createRequire } from "node:module";
import { test } from "node:test";
import doorward, { type Decision, detectBot, fixedWindow, shield } from "doorward";
import * as bun from "doorward/bun";
import * as deno from "doorward/deno";
import * as onExpress from "doorward/express";
import * as onFastify from "doorward/fastify";
import * as onHono from "doorward/hono";
import { request as nextRequest } from "doorward/next";
import * as router from "doorward/react-router";
import * as kit from "doorward/sveltekit";
import * as workers from "doorward/workers";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { RouterContextProvider } from "react-router";

const ATTACK = `http://localhost/?q=${encodeURIComponent("x' or 1=1 -- ")}`;
const counted = (id: string, max = 1000) =>
  doorward({
    rules: [
      shield({ mode: "LIVE" }),
      fixedWindow({ id, mode: "LIVE", window: "1h", max, onError: "allow" }),
    ],
  });
const server: bun.BunServer = { requestIP: () => ({ address: "192.0.2.1" }) };

test("a handler's own limits stay, its response is otherwise as it was", async () => {
  const ward = counted("own");
  const own = { "RateLimit-Policy": '"mine";q=1;w=1', RateLimit: '"mine";r=1;t=1' };
  const handler = bun.protect(ward, () => new Response("x", { status: 201, headers: own }));
  const response = await handler(new Request("http://localhost/"), server);
  assert.equal(response.headers.get("ratelimit"), '"mine";r=1;t=1');
  assert.equal(response.status, 201);
  assert.equal(await response.text(), "x");
});

test("a response whose headers cannot be changed is copied", async () => {
  const frozen = Response.redirect("http://localhost/a", 302);
  const handler = deno.protect(counted("frozen"), () => frozen);
  const remoteAddr = { transport: "tcp", hostname: "192.0.2.1" };
  const response = await handler(new Request("http://localhost/"), { remoteAddr });
  assert.equal(response.status, 302);
  assert.equal(response.headers.get("location"), "http://localhost/a");
  assert.match(response.headers.get("ratelimit") ?? "", /;r=999;/);
});

test("an upgrade, and what cannot be copied, is left alone", async () => {
  const ward = counted("upgrade");
  const upgraded = { status: 101, headers: new Headers() } as Response;
  const env = { remoteAddr: { hostname: "192.0.2.1" } };
  const request = () => new Request("http://localhost/");
  assert.equal(await deno.protect(ward, () => upgraded)(request(), env), upgraded);
  assert.equal(upgraded.headers.get("ratelimit"), null);
  assert.equal(await bun.protect(ward, () => undefined)(request(), server), undefined);
  const error = Response.error();
  assert.equal(await deno.protect(ward, () => error)(request(), env), error);
});

test("a refused HEAD is a response without a body", async () => {
  const handler = bun.protect(counted("head"), () => new Response("x"));
  const response = await handler(new Request(ATTACK, { method: "HEAD" }), server);
  assert.equal(response.status, 403);
  assert.equal(response.body, null);
});

test("bun: a server that cannot tell, and a socket that is gone", async () => {
  const ward = counted("gone");
  const throws: bun.BunServer = {
    requestIP() {
      throw new Error("closed");
    },
  };
  for (const one of [{ requestIP: () => null }, throws, undefined as never]) {
    const handler = bun.protect(ward, (_, __, { ip }) => new Response(String(ip.address)));
    assert.equal(await (await handler(new Request("http://localhost/"), one)).text(), "undefined");
  }
});

test("workers: the edge's header is believed only where the runtime is the edge's", async () => {
  const ward = counted("edge");
  const handler = workers.protect(ward, (_, env: { A: string }, __, { ip }) =>
    Response.json([env.A, ip.address ?? null]),
  );
  const headers = { "cf-connecting-ip": "192.0.2.1" };
  const response = await handler(new Request("http://localhost/", { headers }), { A: "a" }, {});
  assert.deepEqual(await response.json(), ["a", null]);
});

interface Event extends kit.KitEvent {
  readonly locals: { doorward?: Decision };
}

const event = (url: string, more: Partial<Event> = {}): Event => ({
  request: new Request(url),
  locals: {},
  isSubRequest: false,
  getClientAddress: () => "192.0.2.1",
  ...more,
});

test("sveltekit: an adapter without addresses throws nothing into a request", async () => {
  const handle = kit.protect(counted("no address"));
  const unknown = event("http://localhost/", {
    getClientAddress() {
      throw new Error("adapter-x does not specify getClientAddress. Please raise an issue");
    },
  });
  const response = await handle({ event: unknown, resolve: () => new Response("page") });
  assert.equal(await response.text(), "page");
  assert.equal(unknown.locals.doorward?.ip.address, undefined);
  const attack = { ...unknown, request: new Request(ATTACK) };
  assert.equal((await handle({ event: attack, resolve: () => new Response() })).status, 403);
});

test("sveltekit: what no client asked for is not judged", async () => {
  const ward = doorward({ rules: [detectBot({ mode: "LIVE", allow: [] })] });
  const handle = kit.protect(ward);
  const prerendered = event("http://sveltekit-prerender/", {
    getClientAddress() {
      throw new Error("Cannot read clientAddress during prerendering");
    },
  });
  const inner = event("http://localhost/api", { isSubRequest: true });
  for (const one of [prerendered, inner]) {
    const response = await handle({ event: one, resolve: () => new Response("page") });
    assert.equal(await response.text(), "page");
    assert.equal(one.locals.doorward, undefined);
  }
  const outer = event("http://localhost/");
  assert.equal((await handle({ event: outer, resolve: () => new Response() })).status, 403);
  assert.equal(outer.locals.doorward?.conclusion, "DENY");
});

test("react-router: a refusal is thrown to the router in the browser, returned to others", async () => {
  const middleware = router.protect(counted("router"));
  const args = (dest: string) => ({
    request: new Request(ATTACK, { headers: { "sec-fetch-dest": dest } }),
    context: new RouterContextProvider(),
  });
  const next = async () => assert.fail("refused requests end here");
  assert.equal((await middleware(args("document"), next)).status, 403);
  const fetching = args("empty");
  await assert.rejects(middleware(fetching, next), (thrown) => (thrown as Response).status === 403);
  assert.equal(fetching.context.get(router.decisionContext)?.conclusion, "DENY");
  assert.equal(new RouterContextProvider().get(router.decisionContext), null);
});

test("hono: what errors and websockets make of a response", async () => {
  const app = new Hono().use(onHono.protect(counted("hono errors")));
  app.get("/fails", () => {
    throw new Error("of the application");
  });
  app.onError((_, c) => c.text("sorry", 500));
  app.get("/fetched", () => Response.redirect("http://localhost/x"));
  for (const [path, status] of [
    ["/fails", 500],
    ["/none", 404],
    ["/fetched", 302],
  ] as const) {
    const response = await app.request(path, {}, server);
    assert.equal(response.status, status);
    assert.match(response.headers.get("ratelimit") ?? "", /;r=99\d;/);
  }
});

test("express: a response that a timeout sent meanwhile is not touched", async () => {
  const ward = counted("timeout");
  for (const [url, passes] of [
    ["/", true],
    [ATTACK.slice("http://localhost".length), false],
  ] as const) {
    const response = Object.assign(new EventEmitter(), {
      headersSent: true,
      statusCode: 503,
      setHeader: () => assert.fail("the headers were sent"),
      end: () => assert.fail("it had ended"),
    });
    const request = { method: "GET", url, headers: {}, rawHeaders: ["Host", "x"], socket: {} };
    let passed = false;
    onExpress.protect(ward)(request as never, response as never, () => {
      passed = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(passed, passes);
    assert.equal(response.statusCode, 503);
  }
});

test("fastify: a reply that a timeout sent meanwhile is not touched", async () => {
  const fails = () => assert.fail("it was sent");
  const reply = { sent: true, code: fails, headers: fails, send: fails };
  for (const url of ["/", ATTACK.slice("http://localhost".length)]) {
    const raw = { method: "GET", url, headers: {}, rawHeaders: ["Host", "x"], socket: {} };
    const request = { raw, headers: {} };
    assert.equal(await onFastify.protect(counted("sent"))(request, reply), reply);
  }
});

test("fastify: one route's hook uses the body that the parser made", async () => {
  const ward = doorward({
    rules: [
      fixedWindow({ id: "emails", mode: "LIVE", window: "1h", max: 1, characteristics: ["email"] }),
    ],
  });
  const app = fastify();
  app.post<{ Body: { email: string } }>(
    "/signup",
    { preHandler: onFastify.protect(ward, { context: ({ body }) => ({ email: body.email }) }) },
    async () => "welcome",
  );
  app.get("/", async () => "open");
  const signup = async () =>
    (await app.inject({ method: "POST", url: "/signup", payload: { email: "a@example.org" } }))
      .statusCode;
  assert.deepEqual([await signup(), await signup()], [200, 429]);
  assert.equal((await app.inject("/")).headers.ratelimit, undefined);
});

test("express: wards on single routes, the inner one's limits are told", async () => {
  const app = express()
    .set("env", "test")
    .use(onExpress.protect(counted("outer", 100)));
  app.get("/", onExpress.protect(counted("inner", 7)), (_, response) => {
    response.end();
  });
  const listening = app.listen(0, "127.0.0.1");
  try {
    await new Promise((resolve) => listening.once("listening", resolve));
    const { port } = listening.address() as { port: number };
    const response = await fetch(`http://127.0.0.1:${port}/`);
    assert.match(response.headers.get("ratelimit-policy") ?? "", /;q=7;/);
  } finally {
    listening.closeAllConnections();
    listening.close();
  }
});

test("next: the request of a server action is its headers", async () => {
  // as Next's server does before anything else
  Object.assign(globalThis, { AsyncLocalStorage });
  const require = createRequire(import.meta.resolve("next/package.json"));
  const storage = (name: string) => require(`./dist/server/app-render/${name}.external.js`);
  const { workAsyncStorage } = storage("work-async-storage");
  const { workUnitAsyncStorage } = storage("work-unit-async-storage");
  const headers = new Headers({ "user-agent": "curl/8.0", host: "localhost" });
  const ward = doorward({ rules: [detectBot({ mode: "LIVE", allow: [] })] });
  const unit = { type: "request", phase: "action", headers, usedDynamic: false };
  const decision = await workAsyncStorage.run({ route: "/" }, () =>
    workUnitAsyncStorage.run(unit, async () => ward.protect(await nextRequest())),
  );
  assert.equal(decision.conclusion, "DENY");
  assert.equal(decision.reason.isBot(), true);
  await assert.rejects(nextRequest(), /outside a request scope/);
});
