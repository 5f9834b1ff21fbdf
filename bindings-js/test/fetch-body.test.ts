import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Body, BodyBounds } from "../dist/body.js";
import { fetchAdapter } from "../dist/internal.js";

const BOUNDS: BodyBounds = { maxBytes: 100, spoolBytes: 20_000, deadlineMs: 100 };

function request(body: BodyInit | ReadableStream, type?: string): Request {
  return new Request("http://localhost/x", {
    method: "POST",
    body,
    duplex: "half",
    ...(type && { headers: { "content-type": type } }),
  } as RequestInit);
}

const read = async (of: Request, bounds = BOUNDS) => {
  const body = await fetchAdapter.body(of, bounds);
  assert.ok(body);
  return body;
};

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** A stream of chunks, each when it is asked for. */
function stream(chunks: Iterable<Uint8Array>, onPull?: (n: number) => void | Promise<void>) {
  const iterator = chunks[Symbol.iterator]();
  let n = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        await onPull?.(n++);
        const { value, done } = iterator.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
    },
    { highWaterMark: 0 },
  );
}

test("every accessor of the handler works after protect", async () => {
  const json = '{"q":"é"}';
  const made = () => request(json, "application/json");
  const after = async (of: Request) => {
    assert.deepEqual(await read(of), {
      head: new TextEncoder().encode(json),
      tail: new Uint8Array(0),
      truncated: false,
      late: false,
    } satisfies Body);
    assert.equal(of.bodyUsed, false);
    return of;
  };
  assert.deepEqual(await (await after(made())).json(), { q: "é" });
  assert.equal(await (await after(made())).text(), json);
  assert.equal(text(new Uint8Array(await (await after(made())).arrayBuffer())), json);
  assert.equal((await (await after(made())).blob()).type, "application/json");
  assert.equal(
    text(
      (await new Response((await after(made())).body).bytes?.()) ?? new TextEncoder().encode(json),
    ),
    json,
  );
  const form = request("a=1&a=2", "application/x-www-form-urlencoded");
  await read(form);
  assert.deepEqual((await form.formData()).getAll("a"), ["1", "2"]);
  const multipart = new FormData();
  multipart.append("file", new Blob(["x".repeat(500)]), "x.txt");
  const upload = request(multipart);
  assert.equal((await read(upload)).truncated, true);
  assert.equal(((await upload.formData()).get("file") as File).size, 500);
});

test("clone, twice read, used", async () => {
  const of = request("hello");
  await read(of);
  const copy = of.clone();
  assert.ok(copy instanceof Request);
  assert.equal(await copy.text(), "hello");
  assert.equal(of.bodyUsed, false);
  assert.equal(await of.text(), "hello");
  assert.equal(of.bodyUsed, true);
  await assert.rejects(of.text(), TypeError);
  assert.throws(() => of.clone(), TypeError);
});

test("no body, a consumed body, a body somebody reads", async () => {
  assert.equal(fetchAdapter.body(new Request("http://x/"), BOUNDS), undefined);
  const used = request("x");
  await used.text();
  assert.equal((await read(used)).truncated, true);
  const locked = request("x");
  const reader = locked.body?.getReader();
  assert.equal((await read(locked)).truncated, true);
  assert.equal(text((await reader?.read())?.value ?? new Uint8Array()), "x");
  const frozen = Object.freeze(request("x"));
  assert.equal((await read(frozen)).truncated, true);
  assert.equal(await frozen.text(), "x");
});

test("any chunks: inspected within the bounds, handed on whole", async () => {
  const sizes = fc.oneof(fc.nat(60), fc.nat(9000));
  await fc.assert(
    fc.asyncProperty(fc.array(sizes, { maxLength: 12 }), async (lengths) => {
      let byte = 0;
      const chunks = lengths.map((length) => Uint8Array.from({ length }, () => byte++ % 251));
      const all = Buffer.concat(chunks);
      const of = request(stream(chunks));
      const body = await read(of);
      assert.deepEqual(Buffer.from(body.head), all.subarray(0, BOUNDS.maxBytes));
      assert.equal(body.truncated, all.length > BOUNDS.maxBytes);
      const seesEnd = all.length > BOUNDS.maxBytes && all.length <= BOUNDS.spoolBytes;
      const from = Math.max(BOUNDS.maxBytes, all.length - 8192);
      assert.deepEqual(Buffer.from(body.tail), seesEnd ? all.subarray(from) : Buffer.alloc(0));
      assert.equal(body.late, false);
      assert.deepEqual(Buffer.from(await of.arrayBuffer()), all);
    }),
  );
});

test("a long body is not read beyond the spool, and stays a stream", async () => {
  let pulled = 0;
  const chunk = new Uint8Array(1000);
  const endless = (function* () {
    for (;;) yield chunk;
  })();
  const counting = (n: number) => {
    pulled = n;
  };
  const of = request(stream(endless, counting));
  const body = await read(of);
  assert.deepEqual([body.head.length, body.tail.length, body.truncated], [100, 0, true]);
  assert.ok(pulled < 25, `${pulled} chunks were pulled`);
  const reader = of.body?.getReader();
  for (let i = 0; i < 40; i++) assert.equal((await reader?.read())?.value?.length, 1000);
  await reader?.cancel();
});

test("a slow client: what came is inspected, the handler still gets the rest", async () => {
  const chunks = [Buffer.from("first"), Buffer.from("second")];
  let release!: () => void;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const of = request(stream(chunks, (n) => (n === 1 ? gate : undefined)));
  const body = await read(of);
  assert.deepEqual([text(body.head), body.late, body.truncated], ["first", true, false]);
  release();
  assert.equal(await of.text(), "firstsecond");
});

test("a stream that is always ready and never ends in useful bytes meets the deadline", async () => {
  const empty = new Uint8Array(0);
  const endless = (function* () {
    for (;;) yield empty;
  })();
  assert.equal((await read(request(stream(endless)))).late, true);
});

test("a client that goes away: no exception of ours, the handler sees its own", async () => {
  const of = request(
    stream([Buffer.from("part")], (n) => {
      if (n === 1) throw new Error("gone");
    }),
  );
  const body = await read(of);
  assert.deepEqual([text(body.head), body.truncated], ["part", true]);
  await assert.rejects(of.text(), /gone/);
});

test("two wards look at one request, also at once", async () => {
  const of = request("x".repeat(300));
  const wider = { ...BOUNDS, maxBytes: 200 };
  const [a, b, c] = await Promise.all([read(of), read(of), read(of, wider)]);
  assert.deepEqual([a.head.length, b.head.length, c.head.length], [100, 100, 200]);
  assert.equal((await of.text()).length, 300);
  assert.equal((await read(of)).head.length, 200);
});

test("a framework's proxy around the request", async () => {
  const inner = request('{"a":1}', "application/json");
  // as Next does: properties of the target, methods bound to it
  const proxied = new Proxy(inner, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  assert.equal(text((await read(proxied)).head), '{"a":1}');
  assert.equal(await proxied.clone().text(), '{"a":1}');
  assert.deepEqual(await proxied.json(), { a: 1 });
});
