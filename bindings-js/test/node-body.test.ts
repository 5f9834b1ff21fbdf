import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, request as send } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import type { Body, BodyBounds } from "../dist/body.js";
import { nodeAdapter } from "../dist/internal.js";

const BOUNDS: BodyBounds = { maxBytes: 1000, spoolBytes: 100_000, deadlineMs: 150 };

/** Serves one request; what the handler returns is the result. */
async function serve<T>(
  handler: (request: IncomingMessage) => Promise<T>,
  client: (port: number) => void,
): Promise<T> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const result = new Promise<T>((resolve, reject) => {
      server.on("request", (request, response) => {
        handler(request)
          .then(resolve, reject)
          .finally(() => response.end());
      });
    });
    client((server.address() as AddressInfo).port);
    return await result;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const posting =
  (body: string, chunked = false) =>
  (port: number) => {
    const headers = chunked ? {} : { "content-length": Buffer.byteLength(body) };
    const out = send({ port, method: "POST", headers });
    out.on("error", () => undefined);
    if (chunked) for (let i = 0; i < body.length; i += 700) out.write(body.slice(i, i + 700));
    else out.write(body);
    out.end();
  };

const raw =
  (...parts: string[]) =>
  (port: number) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => undefined).resume();
    for (const part of parts) socket.write(part);
  };

const read = async (request: IncomingMessage, bounds = BOUNDS) => {
  const body = await nodeAdapter.body(request, bounds);
  assert.ok(body);
  return body;
};

const asText = ({ head, tail, truncated, late }: Body) => ({
  head: Buffer.from(head).toString(),
  tail: Buffer.from(tail).toString(),
  truncated,
  late,
});

type Consumer = (request: IncomingMessage) => Promise<string>;
const consumers: Record<string, Consumer> = {
  "for await": async (request) => {
    let out = "";
    for await (const chunk of request) out += chunk;
    return out;
  },
  pipe: (request) => text(request.pipe(new PassThrough())),
  "data events": (request) =>
    new Promise((resolve, reject) => {
      let out = "";
      request.on("data", (chunk) => (out += chunk));
      request.on("end", () => resolve(out));
      request.on("error", reject);
    }),
  "setEncoding and data events": (request) =>
    consumers["data events"]?.(request.setEncoding("utf8")) as Promise<string>,
  "readable events": (request) =>
    new Promise((resolve) => {
      let out = "";
      request.on("readable", () => {
        for (let chunk = request.read(); chunk !== null; chunk = request.read()) out += chunk;
      });
      request.on("end", () => resolve(out));
    }),
};

for (const [name, consume] of Object.entries(consumers)) {
  for (const length of [1, 900, 1000, 1001, 9500, 70_000, 99_999, 100_000, 100_001, 400_000]) {
    for (const chunked of [false, true]) {
      test(`${name}: ${length} bytes ${chunked ? "chunked" : "announced"}`, async () => {
        const sent = Array.from({ length }, (_, i) => "abcdefghijk"[i % 11]).join("");
        const [body, got] = await serve(
          async (request) => {
            const seen = await read(request);
            return [asText(seen), await consume(request)] as const;
          },
          posting(sent, chunked),
        );
        assert.equal(got.length, sent.length);
        assert.ok(got === sent);
        const truncated = length > 1000;
        const tail =
          truncated && length <= 100_000 ? sent.slice(Math.max(1000, length - 8192)) : "";
        assert.deepEqual(body, { head: sent.slice(0, 1000), tail, truncated, late: false });
      });
    }
  }
}

test("no body: the stream is not touched", async () => {
  for (const head of [
    "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
  ]) {
    const got = await serve(async (request) => {
      assert.equal(nodeAdapter.body(request, BOUNDS), undefined);
      return text(request);
    }, raw(head));
    assert.equal(got, "");
  }
});

test("an empty chunked body", async () => {
  const head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const parts of [[`${head}0\r\n\r\n`], [head, "0\r\n\r\n"]]) {
    const got = await serve(
      async (request) => {
        assert.deepEqual(asText(await read(request)), {
          head: "",
          tail: "",
          truncated: false,
          late: false,
        });
        return consumers["data events"]?.(request);
      },
      raw(...parts),
    );
    assert.equal(got, "");
  }
});

test("a slow client: what came is inspected, the handler still gets the rest", async () => {
  let rest: (() => void) | undefined;
  const [body, got] = await serve(
    async (request) => {
      const seen = asText(await read(request));
      rest?.();
      return [seen, await text(request)] as const;
    },
    (port) => {
      const out = send({ port, method: "POST", headers: { "content-length": 10 } });
      out.on("error", () => undefined);
      out.write("first");
      rest = () => out.end("later");
    },
  );
  assert.deepEqual(body, { head: "first", tail: "", truncated: false, late: true });
  assert.equal(got, "firstlater");
});

test("a client that goes away: no exception of ours", async () => {
  const body = await serve(
    async (request) => {
      const seen = asText(await read(request, { ...BOUNDS, deadlineMs: 5000 }));
      await assert.rejects(text(request));
      return seen;
    },
    (port) => {
      const socket = connect(port, "127.0.0.1").resume();
      socket.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\npart");
      setTimeout(() => socket.destroy(), 50);
    },
  );
  assert.deepEqual([body.late, body.truncated], [false, true]);
});

test("consumed before: what a parser left is inspected", async () => {
  const inspect = (body: unknown, type: string) =>
    serve(async (request) => {
      await text(request);
      request.headers["content-type"] = type;
      Object.assign(request, { body });
      return asText(await read(request));
    }, posting("x"));
  const json = await inspect({ q: "' or 1=1", "": [1] }, "application/json");
  assert.equal(json.head, '{"q":"\' or 1=1","":[1]}');
  const form = await inspect(
    { q: "a&b=é\ud800", list: ["1", "2"] },
    "application/x-www-form-urlencoded",
  );
  assert.equal(form.head, "q=a%26b%3D%C3%A9%EF%BF%BD&list=1&list=2");
  assert.equal((await inspect("text", "text/plain")).head, "text");
  assert.equal((await inspect(Buffer.from("raw"), "")).head, "raw");
  assert.equal((await inspect(undefined, "")).truncated, true);
});

test("two wards look at one request, also at once", async () => {
  const got = await serve(
    async (request) => {
      const [a, b] = await Promise.all([read(request), read(request)]);
      const c = await read(request);
      return [a, b, c].map((body) => asText(body).head).concat(await text(request));
    },
    posting("hello", true),
  );
  assert.deepEqual(got, ["hello", "hello", "hello", "hello"]);
});

test("protectSync's view touches no stream", async () => {
  const got = await serve(async (request) => {
    assert.equal(nodeAdapter.seen(request, BOUNDS)?.truncated, true);
    return text(request);
  }, posting("hello"));
  assert.equal(got, "hello");
});
