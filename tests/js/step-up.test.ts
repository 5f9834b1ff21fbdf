// Step-ups are proved by the same tokens in every kind of host: WebCrypto is all they need.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { Miniflare, type ModuleDefinition } from "miniflare";
import { say } from "./step-up.js";
import { BUN, bundle, DENO } from "./support.js";

test("tokens are verified in Node", async () => {
  assert.match(await say("node"), /tokens/);
});

for (const [name, program, args] of [
  ["bun", BUN, ["run"]],
  ["deno", DENO, ["run", "--no-lock", "--allow-env"]],
] as const) {
  test(`tokens are verified in ${name}`, async () => {
    const main = `import { say } from "./step-up.js"; console.log(await say("${name}"));`;
    const [module] = await bundle(main, [name]);
    const folder = await mkdtemp(join(tmpdir(), "doorward-step-up-"));
    try {
      const file = join(folder, "main.js");
      await writeFile(file, module?.contents ?? "");
      const { stdout } = await promisify(execFile)(program, [...args, file], { timeout: 60_000 });
      assert.match(stdout, /tokens/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
}

test("tokens are verified in workerd", async () => {
  const files = await bundle(
    `import { say } from "./step-up.js";
     export default { fetch: () => say("workerd").then(
       (said) => new Response(said), (error) => new Response(error.message, { status: 500 })) };`,
    ["workerd", "worker", "browser"],
  );
  const modules = files.map(({ path, contents }): ModuleDefinition => {
    const type = path.endsWith(".wasm") ? "CompiledWasm" : "ESModule";
    return { type, path, contents: contents.slice() };
  });
  const worker = new Miniflare({
    // the first is the worker
    modules: modules.toSorted((one) => (one.type === "ESModule" ? -1 : 1)),
    modulesRoot: "/",
    compatibilityDate: "2025-12-01",
    host: "127.0.0.1",
    cf: false,
  });
  try {
    const answer = await worker.dispatchFetch("http://127.0.0.1/");
    assert.match(await answer.text(), /tokens/);
  } finally {
    await worker.dispose();
  }
});
