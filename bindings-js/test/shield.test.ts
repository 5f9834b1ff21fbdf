import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import doorward, { type Decision, type PlainRule, PolicyError, shield } from "doorward";

const PAGE = readFileSync(new URL("../../docs/shield.md", import.meta.url), "utf8");
const ATTACK = "/?q=1%20OR%201=1";

const request = (url: string) => ({ method: "GET", url, headers: {}, ip: "192.0.2.1" });

test("the program of the page", async () => {
  const [, program = ""] = /^```js\n(.*?)^```$/ms.exec(PAGE) ?? [];
  const Program = Object.getPrototypeOf(async () => {}).constructor;
  const run = new Program(
    "doorward",
    "shield",
    "request",
    "sessionId",
    `${program.replace(/^import .*$/m, "")}; return decision;`,
  );
  const decide = (url: string): Promise<Decision> => run(doorward, shield, request(url), "s1");
  assert.ok((await decide("/?id=12&sort=asc&comment=1%20OR%201=1")).isAllowed());
  const words = await decide("/?id=twelve");
  assert.ok(words.isAllowed());
  assert.equal(words.results[0]?.score, 0.2);
  const denied = await decide("/?id=12%27");
  assert.ok(denied.isDenied());
  const { code, field, expected, start, end } = denied.reason;
  assert.deepEqual(
    { code, field, expected, start, end },
    { code: "shield.expectation", field: "id", expected: "integer", start: 0, end: 3 },
  );
});

test("options reach the policy and back", async () => {
  const ward = doorward({
    rules: [
      shield({
        mode: "LIVE",
        expect: { id: "integer", sort: ["asc", "desc"] },
        classes: ["sqli", "xss"],
        excerpt: true,
        probing: { max: 3, interval: "1h" },
      }),
    ],
  });
  assert.deepEqual(ward.toJSON().rules, [
    {
      rule: "shield",
      mode: "LIVE",
      expect: { id: "integer", sort: ["asc", "desc"] },
      classes: ["sqli", "xss"],
      excerpt: true,
      probing: { max: 3, interval: "1h" },
    },
  ]);
  assert.equal((await ward.protect(request(ATTACK))).reason.excerpt, "0 OR 0=0");
});

test("errors name the field and what is allowed", () => {
  const wrong: [PlainRule, RegExp][] = [
    [{ rule: "shield", expect: { id: "int" } }, /expect\.id: found "int", expected one of integer/],
    [{ rule: "shield", expect: ["id"] }, /expect: found .* expected an object of names of fields/],
    [{ rule: "shield", expect: { sort: [] } }, /expect\.sort: found \[\], expected at least one/],
    [{ rule: "shield", expect: { id: "uuid" }, ignore: ["id"] }, /that ignore names too/],
    [{ rule: "shield", classes: ["sql"] }, /classes\[0\]: found "sql", expected an array of sqli/],
    [{ rule: "shield", probing: { max: 1 } }, /probing\.interval: found nothing/],
    [{ rule: "shield", excerpt: 1 }, /excerpt: found 1, expected true or false/],
  ];
  for (const [rule, message] of wrong) {
    assert.throws(
      () => doorward({ rules: [rule] }),
      (error) => error instanceof PolicyError && message.test(error.message),
    );
  }
});

test("a derived ward shares what is remembered, and a neighbour is challenged at most", async () => {
  const ward = doorward({
    rules: [
      shield({
        mode: "LIVE",
        id: "derived",
        expect: { id: "integer" },
        probing: { max: 2, interval: "1h" },
      }),
    ],
  });
  const more = ward.withRule(shield({ mode: "DRY_RUN", classes: [] }));
  const session = { session: { id: "s1" } };
  for (let i = 0; i < 2; i++) {
    assert.ok((await more.protect(request(ATTACK), session)).isDenied());
    assert.ok((await more.protect(request(ATTACK))).isDenied());
  }
  const weak = request("/?id=1:5");
  const denied = await ward.protect(weak, session);
  assert.equal(denied.reason.code, "shield.probing");
  assert.equal(denied.conclusion, "DENY");
  assert.equal((await ward.protect(weak)).conclusion, "CHALLENGE");
  assert.ok((await ward.protect(request("/?id=1"))).isAllowed());
});

test("an attack is counted in the host's store though it is denied, and nothing else is asked", async () => {
  const taken: unknown[] = [];
  const ward = doorward({
    secret: "sixteen characters",
    store: {
      take: async (takes) => {
        taken.push(...takes);
        return takes.map(() => ({ allowed: true, remaining: 3, reset: 1, retryAfter: 0 }));
      },
    },
    rules: [shield({ mode: "LIVE", probing: { max: 1, interval: "1h" } })],
  });
  assert.ok((await ward.protect(request("/?q=hello"))).isAllowed());
  assert.equal(taken.length, 0);
  assert.ok((await ward.protect(request(ATTACK))).isDenied());
  assert.equal(taken.length, 1);
});
