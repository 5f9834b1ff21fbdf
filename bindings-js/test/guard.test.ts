/** Work outside HTTP, and budgets that are reserved and settled. */

import assert from "node:assert/strict";
import { test } from "node:test";
import doorward, { fixedWindow, shield, slidingWindow, type Ward } from "doorward";

const budget = fixedWindow({
  id: "budget",
  mode: "LIVE",
  window: "1h",
  max: 20_000,
  metered: true,
  characteristics: ["userId"],
});

const remaining = async (ward: Ward<string>, userId: string) => {
  const decision = await ward.protect(
    { method: "POST", url: "/", headers: [] },
    {
      userId,
      requested: 0,
    },
  );
  return decision.results.at(-1)?.reason.remaining;
};

test("settle: fifty streams at once keep a budget exact", async () => {
  const ward = doorward({ rules: [budget] }) as Ward<string>;
  const stream = async (used: number) => {
    const context = { userId: "settle-1", requested: 1000 };
    const decision = await ward.protect({ method: "POST", url: "/", headers: [] }, context);
    if (decision.isDenied()) return 0;
    await new Promise((resolve) => setTimeout(resolve, used % 7));
    await ward.settle(decision, used);
    await ward.settle(decision, 0); // once for each decision
    return used;
  };
  const used = await Promise.all(Array.from({ length: 50 }, (_, index) => stream(100 + index)));
  const spent = used.reduce((sum, one) => sum + one, 0);
  assert.ok(spent > 0 && spent < 20_000);
  assert.equal(await remaining(ward, "settle-1"), 20_000 - spent);
  assert.equal(await remaining(ward, "settle-2"), 20_000);
});

test("settle: more than was reserved is taken as far as there is any; nonsense throws", async () => {
  const ward = doorward({ rules: [budget] }) as Ward<string>;
  const context = { userId: "settle-3", requested: 19_000 };
  const decision = await ward.protect({ method: "POST", url: "/", headers: [] }, context);
  await assert.rejects(ward.settle(decision, -1), RangeError);
  await assert.rejects(ward.settle(decision, 0.5), RangeError);
  await ward.settle(decision, 30_000);
  assert.equal(await remaining(ward, "settle-3"), 0);
});

test("guard: limits count for each label and user; the ward's own rules are for requests", async () => {
  const ward = doorward({ rules: [shield({ mode: "LIVE" })] });
  const rules = [slidingWindow({ mode: "LIVE", interval: "60s", max: 2 })];
  const call = (label: string, userId: string) =>
    ward.guard({ label, context: { userId }, text: "1' OR '1'='1", rules });
  assert.ok((await call("search", "ada")).isAllowed());
  assert.ok(ward.guardSync({ label: "search", context: { userId: "ada" }, rules }).isAllowed());
  const third = await call("search", "ada");
  assert.ok(third.isDenied() && third.reason.isRateLimit());
  assert.ok((await call("search", "bob")).isAllowed());
  assert.ok((await call("mail", "ada")).isAllowed());
  assert.deepEqual(third.toJSON().degraded, []);
});

test("guard: the same call again and again is refused, another is not", async () => {
  const ward = doorward({ rules: [] });
  const rules = slidingWindow({
    id: "loop",
    mode: "LIVE",
    interval: "60s",
    max: 3,
    characteristics: ["label", "message"],
  });
  const call = (text: string) => ward.guard({ label: "tool", text, rules });
  for (let times = 0; times < 3; times++) assert.ok((await call("a")).isAllowed());
  assert.ok((await call("a")).isDenied());
  assert.ok((await call("b")).isAllowed());
});
