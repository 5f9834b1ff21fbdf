// Every vector through the package's wasm, in every kind of host that runs it.

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { Miniflare, type ModuleDefinition } from "miniflare";
import { chromium } from "playwright-core";
import { commands } from "../../bindings-js/dist/commands.js";
import { BUN, bundle, DENO, readVectors } from "./support.js";
import { report, runAll } from "./vectors.js";

test("every vector holds in Node", () => {
  console.log(report("wasm", runAll(readVectors(), commands())));
});

/** What a program says that is handed a module as a file. */
async function inProgram(name: string, program: string, args: string[]): Promise<void> {
  const [module] = await bundle(`import { say } from "./entry.js"; console.log(say("${name}"));`, [
    name,
  ]);
  const folder = await mkdtemp(join(tmpdir(), "doorward-vectors-"));
  try {
    const file = join(folder, "main.js");
    await writeFile(file, module?.contents ?? "");
    const { stdout } = await promisify(execFile)(program, [...args, file], { timeout: 60_000 });
    console.log(stdout.trim());
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("every vector holds in Bun", () => inProgram("bun", BUN, ["run"]));

test("every vector holds in Deno", () => inProgram("deno", DENO, ["run", "--no-lock"]));

test("every vector holds in workerd", async () => {
  const files = await bundle(
    `import { say } from "./entry.js";
     export default { fetch: () => {
       try { return new Response(say("workerd")); }
       catch (error) { return new Response(error.message, { status: 500 }); }
     } };`,
    ["workerd", "worker", "browser"],
  );
  const modules = files.map(({ path, contents }): ModuleDefinition => {
    return {
      type: path.endsWith(".wasm") ? "CompiledWasm" : "ESModule",
      path,
      contents: contents.slice(),
    };
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
    const said = await answer.text();
    if (!answer.ok) throw new Error(said);
    console.log(said);
  } finally {
    await worker.dispose();
  }
});

test("every vector holds in Chromium", async () => {
  const [module] = await bundle(
    `import { say } from "./entry.js"; globalThis.say = () => say("chromium");`,
    ["browser"],
  );
  const server = createServer((request, response) => {
    const script = request.url === "/main.js";
    response.setHeader("Content-Type", script ? "text/javascript" : "text/html");
    response.end(
      script ? module?.contents : `<!doctype html><script type="module" src="/main.js"></script>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--no-first-run",
    ],
  });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${port}/`);
    console.log(await page.evaluate(() => (globalThis as unknown as { say(): string }).say()));
  } finally {
    await browser.close();
    server.close();
  }
});
