import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { contextJson, own } from "../dist/internal.js";

const told = (value: unknown) => JSON.parse(contextJson(value));

test("plain values come as JSON has them", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })), (context) => {
      assert.deepEqual(told(context), JSON.parse(JSON.stringify(context)));
    }),
  );
});

test("nothing makes it throw, and JSON comes out", () => {
  const hostile = fc.anything({
    maxDepth: 4,
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    withBoxedValues: true,
    withUnicodeString: true,
  });
  fc.assert(
    fc.property(hostile, (value) => {
      for (const context of [value, { value }, [value]]) {
        const json = contextJson(context);
        if (json !== "") assert.equal(typeof JSON.parse(json), "object");
      }
    }),
    { numRuns: 500 },
  );
});

test("hostile objects", () => {
  const throwing = {
    get bad() {
      throw new Error("no");
    },
    good: 1,
  };
  assert.deepEqual(told(throwing), { good: 1 });

  const cycle: Record<string, unknown> = { a: 1, list: [] };
  cycle.self = cycle;
  (cycle.list as unknown[]).push(cycle);
  assert.deepEqual(told(cycle), { a: 1, list: [null] });

  const trap = () => {
    throw new Error("no");
  };
  const proxy = new Proxy({}, { ownKeys: trap, get: trap, getPrototypeOf: trap, has: trap });
  assert.deepEqual(told(proxy), {});
  assert.deepEqual(told({ proxy, a: 1 }), { proxy: {}, a: 1 });
  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();
  assert.deepEqual(told(revoked), {});
  assert.deepEqual(told({ revoked, a: 1 }), { revoked: {}, a: 1 });

  const tricks = {
    toJSON: () => ({ userId: "admin" }),
    userId: "u",
    valueOf: trap,
    toString: trap,
  };
  assert.deepEqual(told(tricks), { userId: "u" });
  assert.deepEqual(
    told({ f: trap, s: Symbol("x"), u: undefined, n: Number.NaN, b: 12n, i: Infinity }),
    {
      b: 12,
    },
  );
  assert.deepEqual(told({ d: new Date(0), bad: new Date(Number.NaN) }), {
    d: "1970-01-01T00:00:00.000Z",
    bad: null,
  });
  for (const none of [null, 1, "x", [1], true, Symbol("x"), trap])
    assert.equal(contextJson(none), "{}");
  assert.equal(contextJson({ x: "\ud800" }), '{"x":"\\ud800"}');
});

test("only own properties count", () => {
  const inherited = Object.create({ userId: "admin" }, { a: { value: 1, enumerable: true } });
  assert.deepEqual(told(inherited), { a: 1 });
  assert.deepEqual(
    told(
      new (class {
        x = 1;
        get y() {
          return 2;
        }
      })(),
    ),
    { x: 1 },
  );
  const parsed = JSON.parse('{"__proto__":{"userId":"admin"},"constructor":{"prototype":{}}}');
  assert.equal(
    contextJson(parsed),
    '{"__proto__":{"userId":"admin"},"constructor":{"prototype":{}}}',
  );
  assert.equal(own(inherited, "userId"), undefined);
  assert.equal(own(parsed, "ip"), undefined);
  assert.equal(({} as Record<string, unknown>).userId, undefined);
});

test("bounded in depth, values and length", () => {
  let deep: unknown = 1;
  for (let i = 0; i < 100_000; i++) deep = { deep };
  assert.ok(contextJson(deep).length < 200);
  const wide = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`k${i}`, [i, i]]));
  assert.ok(Object.keys(told(wide)).length < 10_000);
  assert.ok(contextJson({ a: "x".repeat(5 << 20), b: "y".repeat(5 << 20) }).length < 2 << 20);
  assert.ok(contextJson({ a: new Array(2 ** 32 - 1) }).length < 100_000);
  const dag = Array.from({ length: 40 }).reduce<unknown>((node) => ({ l: node, r: node }), 1);
  assert.ok(contextJson(dag).length < 1 << 20);
});
