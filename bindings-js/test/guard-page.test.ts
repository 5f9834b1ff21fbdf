/** The program of docs/guard.md. */

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";

const PAGE = readFileSync(new URL("../../docs/guard.md", import.meta.url), "utf8");
const folder = mkdtempSync(join(import.meta.dirname, "guard-page-"));
after(() => rmSync(folder, { recursive: true }));

test("the page's program keeps a budget and stops a loop", async () => {
  const [, program = ""] = /```js\n([\s\S]*?)```/.exec(PAGE) ?? [];
  const file = join(folder, "chat.mjs");
  writeFileSync(file, program);
  const { chat } = await import(pathToFileURL(file).href);
  const model = async (prompt: string) => ({ text: `re: ${prompt}`, tokens: 49_000 });
  assert.equal(await chat("ada", "one", model), "re: one");
  assert.equal(await chat("ada", "two", model), "re: two");
  assert.equal(await chat("ada", "three", model), "re: three");
  assert.equal(await chat("ada", "four", model), "rate_limit.exceeded");
  const free = async () => ({ text: "ok", tokens: 0 });
  for (let times = 0; times < 5; times++) assert.equal(await chat("bob", "again", free), "ok");
  assert.equal(await chat("bob", "again", free), "rate_limit.exceeded");
  const broken = async () => Promise.reject(new Error("no model"));
  await assert.rejects(chat("eve", "hello", broken), /no model/);
});
