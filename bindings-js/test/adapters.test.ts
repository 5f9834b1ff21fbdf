/** What `protect` of every host does, over loopback. */

import assert from "node:assert/strict";
import { Agent, request as send } from "node:http";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import doorward, { fixedWindow, type RuleInput, shield, type Ward } from "doorward";
import { type Answer, type ContextOf, type Host, hosts, served } from "./adapter-hosts.ts";

const ATTACK = "x' or 1=1 -- ";
const JSON_TYPE = { "content-type": "application/json" };
const FORM_TYPE = { "content-type": "application/x-www-form-urlencoded" };
const PLAIN_TYPE = { "content-type": "text/plain" };

let made = 0;

/** A limit of its own for each test: wards of one policy share what they count. */
const limit = (max: number, ...characteristics: string[]) =>
  fixedWindow({
    id: `limit-${made++}`,
    mode: "LIVE",
    window: "24h",
    max,
    ...(characteristics.length > 0 && { characteristics }),
  });

const attacks = shield({ mode: "LIVE" });

type Ask = (path: string, init?: RequestInit) => Promise<Response>;

/** Serves a ward of these rules by a host while `run` asks it. */
async function at(
  host: Host,
  rules: readonly RuleInput[],
  run: (ask: Ask, base: string) => Promise<void>,
  context?: ContextOf,
  options: { readonly stepUp?: boolean } = {},
): Promise<void> {
  const ward = doorward({
    ...options,
    ...(host.address === "header" && { platform: "cloudflare" }),
    rules,
  }) as Ward;
  await served(host, ward, context, (base) => {
    const ask: Ask = (path, init) => {
      const headers = new Headers(init?.headers);
      if (host.address === "header") headers.set("cf-connecting-ip", "127.0.0.1");
      return fetch(base + path, { redirect: "manual", ...init, headers });
    };
    return run(ask, base);
  });
}

const post = (body: string, headers: Record<string, string>): RequestInit => ({
  method: "POST",
  body,
  headers,
});

/** A body without an announced length. */
function chunked(body: string): RequestInit & { duplex: "half" } {
  const bytes = new TextEncoder().encode(body);
  let at = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at + 10_000));
      at += 10_000;
    },
  });
  return { method: "POST", body: stream, headers: PLAIN_TYPE, duplex: "half" };
}

for (const host of hosts) {
  const { name } = host;

  test(`${name}: what is allowed is answered, with the decision and the limits`, () =>
    at(host, [attacks, limit(5)], async (ask) => {
      const response = await ask("/hello?q=tea");
      assert.equal(response.status, 200);
      assert.match(response.headers.get("ratelimit-policy") ?? "", /;q=5;/);
      assert.match(response.headers.get("ratelimit") ?? "", /;r=4;/);
      assert.equal(response.headers.get("retry-after"), null);
      if (host.proxies) return assert.equal(response.headers.get("x-middleware-next"), "1");
      const { conclusion, ip } = (await response.json()) as Answer;
      assert.deepEqual([conclusion, ip], ["ALLOW", "127.0.0.1"]);
    }));

  if (!host.proxies) {
    test(`${name}: a redirect gets the limits too`, () =>
      at(host, [limit(5)], async (ask) => {
        const response = await ask("/redirect");
        assert.equal(response.status, 303);
        assert.match(response.headers.get("location") ?? "", /elsewhere$/);
        assert.match(response.headers.get("ratelimit") ?? "", /;r=4;/);
      }));
  }

  test(`${name}: the peer is counted, whatever a client says of itself`, () =>
    at(host, [limit(2)], async (ask) => {
      const statuses = [];
      let last: Response | undefined;
      for (const forged of ["1.1.1.1", "2.2.2.2", "3.3.3.3"]) {
        const forwarded = `for=${forged}`;
        const headers = { "x-forwarded-for": forged, "x-real-ip": forged, forwarded };
        last = await ask("/", { headers });
        statuses.push(last.status);
      }
      assert.deepEqual(statuses, [200, 200, 429]);
      assert.match(last?.headers.get("retry-after") ?? "", /^[1-9]\d*$/);
      assert.match(last?.headers.get("ratelimit") ?? "", /;r=0;/);
    }));

  test(`${name}: a refusal in the form its client reads, which names no rule`, () =>
    at(host, [attacks], async (ask) => {
      const path = `/?q=${encodeURIComponent(ATTACK)}`;
      const json = await ask(path, { headers: { accept: "application/json" } });
      assert.equal(json.status, 403);
      assert.match(json.headers.get("content-type") ?? "", /^application\/problem\+json/);
      assert.equal(json.headers.get("cache-control"), "no-store");
      const problem = await json.text();
      assert.equal((JSON.parse(problem) as { status: number }).status, 403);
      assert.doesNotMatch(problem, /shield|sqli/i);
      const html = await ask(path, { headers: { accept: "text/html,*/*;q=0.8" } });
      assert.equal(html.status, 403);
      assert.match(html.headers.get("content-type") ?? "", /^text\/html/);
      assert.match(await html.text(), /^<!doctype html>/);
    }));

  test(`${name}: a refused HEAD has no body`, () =>
    at(host, [attacks], async (ask) => {
      const response = await ask(`/?q=${encodeURIComponent(ATTACK)}`, { method: "HEAD" });
      assert.equal(response.status, 403);
      assert.equal(await response.text(), "");
    }));

  const bodies: Record<string, (text: string) => RequestInit> = {
    JSON: (text) => post(JSON.stringify({ q: text }), JSON_TYPE),
    "a form": (text) => post(String(new URLSearchParams({ q: text })), FORM_TYPE),
    text: (text) => post(text, PLAIN_TYPE),
    "a stream": chunked,
  };
  for (const [kind, make] of Object.entries(bodies)) {
    test(`${name}: ${kind} is inspected and reaches the handler whole`, () =>
      at(host, [attacks], async (ask) => {
        for (const sent of ["tea", "milk and sugar. ".repeat(20_000)]) {
          // parsers have bounds of their own
          if (sent.length > 90_000 && kind === "a form") continue;
          if (sent.length > 90_000 && kind === "JSON" && name.startsWith("express")) continue;
          const response = await ask("/", make(sent));
          assert.equal(response.status, 200);
          if (host.proxies) continue;
          const { body } = (await response.json()) as Answer;
          assert.ok(body === (kind === "a stream" ? sent : make(sent).body), body.slice(0, 99));
        }
        assert.equal((await ask("/", make(ATTACK))).status, 403);
      }));
  }

  test(`${name}: the application's context is what rules use`, () =>
    at(
      host,
      [limit(1, "userId")],
      async (ask) => {
        const as = async (user: string) => (await ask("/", { headers: { "x-user": user } })).status;
        assert.deepEqual([await as("a"), await as("b"), await as("a")], [200, 200, 429]);
      },
      (header) => ({ userId: header("x-user") }),
    ));

  test(`${name}: what the application's context throws goes where the host sends errors`, () =>
    at(
      host,
      [limit(5)],
      async (ask) => {
        assert.equal((await ask("/", { headers: { "x-user": "bad" } })).status, 500);
        assert.equal((await ask("/", { headers: { "x-user": "good" } })).status, 200);
      },
      (header) => {
        if (header("x-user") === "bad") throw new Error("no such user");
        return {};
      },
    ));

  test(`${name}: a CHALLENGE passes to a handler that can step up, and to no other`, async () => {
    const claims = limit(1, "email");
    const context: ContextOf = (header) => ({ email: header("x-email") });
    const twice = async (ask: Ask) => {
      const headers = { "x-email": "somebody@example.org" };
      await ask("/", { headers });
      return ask("/", { headers });
    };
    await at(
      host,
      [claims],
      async (ask) => {
        const response = await twice(ask);
        assert.equal(response.status, 200);
        if (host.proxies) return;
        assert.equal(((await response.json()) as Answer).conclusion, "CHALLENGE");
      },
      context,
      { stepUp: true },
    );
    await at(host, [claims], async (ask) => assert.equal((await twice(ask)).status, 429), context);
  });

  test(`${name}: a refused upload does not hold up its connection`, () =>
    at(host, [attacks], async (_, base) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const statusOf = (path: string, body: string) =>
        new Promise<number | undefined>((resolve, reject) => {
          const headers = { ...PLAIN_TYPE, "content-length": body.length };
          const out = send(base + path, { method: "POST", agent, headers, timeout: 30_000 });
          out.on("response", (response) =>
            text(response).then(() => resolve(response.statusCode), reject),
          );
          out.on("timeout", () => out.destroy(new Error("held up"))).on("error", reject);
          out.end(body);
        });
      try {
        const upload = statusOf(`/?q=${encodeURIComponent(ATTACK)}`, "x".repeat(3_000_000));
        const refused = host.parsesFirst ? 413 : 403;
        assert.deepEqual(await Promise.all([upload, statusOf("/", "tea")]), [refused, 200]);
      } finally {
        agent.destroy();
      }
    }));
}
