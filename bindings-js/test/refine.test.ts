/** A second opinion, inside the call and after it. */

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import doorward, { detectBot, slidingWindow } from "doorward";
import { refine } from "doorward/refine";

const request = (ip: string) => ({
  method: "GET",
  url: "/api/orders",
  headers: [["User-Agent", "curl/8.5.0"]] as const,
  ip,
});
const loyal = {
  userId: "ada",
  account: { ageDays: 812, orders: 14, emailVerified: true, mfa: true },
  session: { id: "s1", ageSeconds: 4000, stepUpAgeSeconds: 100 },
};
const rules = [detectBot({ mode: "LIVE", allow: [] })];

test("refine: a good customer is not denied for a tool, and the first decision stays readable", async () => {
  const ward = doorward({ rules, stepUp: true });
  const decision = await ward.protect(request("192.0.2.1"));
  assert.ok(decision.isDenied());
  const second = refine(decision, loyal);
  assert.equal(second.isDenied(), false);
  assert.notEqual(second.conclusion, "DENY");
  const line = second.toJSON();
  assert.equal(line.conclusion, "DENY");
  assert.equal(line.refined?.conclusion, second.conclusion);
  assert.ok((line.refined?.explanation.length ?? 0) > 0);
  assert.ok(decision.isDenied());
  // nothing known changes nothing
  assert.equal(refine(decision).conclusion, "DENY");
  assert.ok(second.explain().summary.length > 0);
});

test("refine: inside the call by the policy, and a dry run changes nothing", async () => {
  const live = doorward({ rules, stepUp: true, refine: { mode: "LIVE" } });
  const refined = await live.protect(request("192.0.2.2"), loyal);
  assert.equal(refined.isDenied(), false);
  assert.equal(refined.toJSON().conclusion, "DENY");
  const dry = doorward({ rules, stepUp: true, refine: { mode: "DRY_RUN" } });
  assert.ok((await dry.protect(request("192.0.2.3"), loyal)).isDenied());
});

test("refine: a contract stands", async () => {
  const limit = slidingWindow({
    mode: "LIVE",
    interval: "60s",
    max: 1,
    characteristics: ["userId"],
  });
  const ward = doorward({ rules: [limit], stepUp: true, refine: { mode: "LIVE" } });
  await ward.protect(request("192.0.2.4"), loyal);
  const second = await ward.protect(request("192.0.2.4"), loyal);
  assert.ok(second.isDenied());
  assert.ok(refine(second, loyal).isDenied());
});

test("refine: the page's program", async () => {
  const page = readFileSync(new URL("../../docs/refine.md", import.meta.url), "utf8");
  const folder = mkdtempSync(join(import.meta.dirname, "refine-page-"));
  try {
    const file = join(folder, "checkout.mjs");
    writeFileSync(file, /^```js\n(.*?)^```$/ms.exec(page)?.[1] ?? "");
    const { checkout } = await import(pathToFileURL(file).href);
    const session = { id: "s1", ageSeconds: 4000, stepUpAgeSeconds: 100 };
    const stranger = { id: "eve", ageDays: 0, orders: 0 };
    assert.equal(
      await checkout(request("192.0.2.5"), { id: "ada", ageDays: 812, orders: 14 }, session),
      200,
    );
    assert.equal(await checkout(request("192.0.2.6"), stranger, {}), 403);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
