/** `ward.protect` inside a handler, with the request that each framework hands to it. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, createServer, type RequestListener, request as send } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { getRequestListener } from "@hono/node-server";
import doorward, { fixedWindow, shield, type WardRequest } from "doorward";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";

const ward = doorward({
  rules: [
    shield({ mode: "LIVE" }),
    fixedWindow({ id: "requests", mode: "LIVE", window: "1h", max: 1000 }),
  ],
});
const ATTACK = "x' or 1=1 -- ";

/** What a handler says of its request. */
const seen = async (request: WardRequest) => {
  const { conclusion, ip, undetermined } = await ward.protect(request);
  return { conclusion, ip: ip.address ?? null, undetermined };
};
const of = (conclusion: string, ip: string | null = "127.0.0.1") => ({
  conclusion,
  ip,
  undetermined: [],
});

/** Serves while `ask` asks. */
async function serving<T>(
  listener: RequestListener,
  ask: (base: string, port: number) => Promise<T>,
): Promise<T> {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const { port } = server.address() as AddressInfo;
    return await ask(`http://127.0.0.1:${port}`, port);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const asked = async (base: string, body?: unknown, path = "/") => {
  const headers = { "content-type": "application/json", "x-forwarded-for": "9.9.9.9" };
  const init = { method: "POST", headers, body: JSON.stringify(body) };
  return (await fetch(base + path, body === undefined ? {} : init)).json();
};

test("express: a router's request, with its whole target and the parsed body", async () => {
  const app = express().use(express.json());
  const router = express.Router();
  router.all("/{*rest}", async (request, response) => {
    response.json(await seen(request));
  });
  app.use("/inner", router);
  await serving(app, async (base) => {
    assert.deepEqual(await asked(base, { q: "tea" }, "/inner/x"), of("ALLOW"));
    assert.deepEqual(await asked(base, { q: ATTACK }, "/inner/x"), of("DENY"));
  });
});

test("fastify: its own request, in a handler and in inject", async () => {
  const app = fastify({ trustProxy: true });
  app.all("/", async (request) => seen(request));
  await app.ready();
  await serving(
    (request, response) => app.routing(request, response),
    async (base) => {
      assert.deepEqual(await asked(base), of("ALLOW"));
      assert.deepEqual(await asked(base, { q: "tea" }), of("ALLOW"));
      assert.deepEqual(await asked(base, { q: ATTACK }), of("DENY"));
    },
  );
  const injected = await app.inject({ method: "POST", url: "/", payload: { q: ATTACK } });
  assert.deepEqual(injected.json(), of("DENY"));
});

const app = new Hono();
app.post("/late", async (c) => {
  const body = await c.req.json();
  return c.json({ ...(await seen(c)), body });
});
app.post("/early", async (c) => {
  const found = await seen(c);
  return c.json({ ...found, body: await c.req.json() });
});
app.post("/raw", async (c) => {
  await seen(c);
  return c.json(await seen(c.req.raw));
});
app.all("*", async (c) => c.json(await seen(c)));

test("hono on node: its context, before and after the body was read", () =>
  serving(getRequestListener(app.fetch), async (base) => {
    for (const path of ["/early", "/late"]) {
      for (const [q, conclusion] of [
        ["tea", "ALLOW"],
        [ATTACK, "DENY"],
      ]) {
        const found = await asked(base, { q }, path);
        assert.deepEqual(found, { ...of(conclusion ?? ""), body: { q } });
      }
    }
    // what the context showed of the peer is known of the Fetch request inside, too
    assert.deepEqual(await asked(base, { q: "tea" }, "/raw"), of("ALLOW"));
  }));

test("hono on node: the target is judged as it was on the wire", () =>
  serving(getRequestListener(app.fetch), async (_, port) => {
    const socket = connect(port, "127.0.0.1");
    const target = "/static/%2e%2e/%2e%2e/%2e%2e/%2e%2e/page";
    socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    assert.match(await text(socket), /"conclusion":"DENY"/);
  }));

test("hono on bun, deno and others: the peer is what the runtime hands in", async () => {
  const server = { requestIP: () => ({ address: "192.0.2.7" }) };
  const worlds: [unknown, string | null][] = [
    [server, "192.0.2.7"],
    [{ server }, "192.0.2.7"],
    [{ requestIP: () => null }, null],
    [{ remoteAddr: { transport: "tcp", hostname: "2001:db8::7", port: 1 } }, "2001:db8::7"],
    [{ remoteAddr: { transport: "unix", path: "/run/x" } }, null],
    [{ KV: {}, remoteAddr: "x", server: {}, incoming: {} }, null],
    [undefined, null],
  ];
  for (const [env, ip] of worlds) {
    const found = await app.request("/", { headers: { "x-real-ip": "9.9.9.9" } }, env as never);
    assert.equal(((await found.json()) as { ip: string | null }).ip, ip);
  }
});

test("an upload that a handler does not read does not hold up its connection", () =>
  serving(
    async (request, response) => {
      response.end((await ward.protect(request)).conclusion);
    },
    async (base) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const post = (body: string) =>
        new Promise<string>((resolve, reject) => {
          const headers = { "content-type": "text/plain", "content-length": body.length };
          const out = send(base, { method: "POST", agent, headers, timeout: 30_000 });
          out.on("response", (response) => text(response).then(resolve, reject));
          out.on("timeout", () => out.destroy(new Error("held up"))).on("error", reject);
          out.end(body);
        });
      try {
        const all = [post("x".repeat(3_000_000)), post("tea")];
        assert.deepEqual(await Promise.all(all), ["ALLOW", "ALLOW"]);
      } finally {
        agent.destroy();
      }
    },
  ));
