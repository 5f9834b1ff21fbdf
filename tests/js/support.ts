// What the runners share: the vectors as data, bundles of them, and the hosts' programs.

import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { arch, platform } from "node:process";
import { build, type OutputFile, type Plugin } from "esbuild";
import { parse } from "smol-toml";
import packaged from "../../bindings-js/package.json" with { type: "json" };
import type { Vectors } from "./vectors.js";

const VECTORS = join(import.meta.dirname, "../vectors");
const GENERATED = join(import.meta.dirname, "../../bindings-js/dist/wasm/generated");
const FAILURES = "expected-failures.toml";

/** Every vector of the repository. */
export function readVectors(): Vectors {
  const read = (name: string) => parse(readFileSync(join(VECTORS, name), "utf8"));
  const names = readdirSync(VECTORS).filter((name) => name.endsWith(".toml") && name !== FAILURES);
  return {
    files: Object.fromEntries(names.sort().map((name) => [basename(name, ".toml"), read(name)])),
    failures: (read(FAILURES).failure ?? []) as unknown as Vectors["failures"],
    packs: packs().map((pack) => readFileSync(pack).toString("base64")),
    version: packaged.version,
  };
}

function packs(): string[] {
  const folder = join(import.meta.dirname, "../../core/packs");
  const names = readdirSync(folder).filter((name) => name.endsWith(".bin"));
  return names.sort().map((name) => join(folder, name));
}

const data: Plugin = {
  name: "vectors",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^vectors:all$/ }, ({ path }) => ({ path, namespace: "vectors" }));
    onLoad({ filter: /.*/, namespace: "vectors" }, () => ({
      contents: JSON.stringify(readVectors()),
      loader: "json",
    }));
  },
};

/** The module with the commands where the package has the one without: vectors are replayed. */
const replaying: Plugin = {
  name: "replaying",
  setup({ onResolve, onLoad }) {
    const module = join(GENERATED, "commands.wasm");
    onResolve({ filter: /generated\/doorward\.wasm$/ }, () => ({ path: module }));
    onLoad({ filter: /dist\/wasm\/inline\.js$/ }, () => ({
      contents: `const bytes = Uint8Array.from(atob("${readFileSync(module).toString("base64")}"),
          (letter) => letter.charCodeAt(0));
        export const compiled = () => new WebAssembly.Module(bytes);`,
    }));
  },
};

/** A module that says with `say` what came of the vectors, for a host with these conditions. */
export async function bundle(contents: string, conditions: string[]): Promise<OutputFile[]> {
  const { outputFiles = [] } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, sourcefile: "main.ts" },
    bundle: true,
    format: "esm",
    platform: "neutral",
    conditions,
    loader: { ".wasm": "copy" },
    assetNames: "[name]",
    outdir: "/",
    write: false,
    logLevel: "error",
    plugins: [data, replaying],
  });
  return outputFiles;
}

const { resolve } = createRequire(import.meta.url);
const from = (program: string, ...names: string[]) =>
  names
    .map((name) => {
      try {
        return join(resolve(`${name}/package.json`), "..", program);
      } catch {
        return undefined;
      }
    })
    .find((path) => path !== undefined) ?? basename(program);

const machine = arch === "arm64" ? "aarch64" : arch;

/** Bun, as npm brought it. */
export const BUN = from("bin/bun", `@oven/bun-${platform}-${machine}`);
/** Deno, as npm brought it. */
export const DENO = from("deno", `@deno/${platform}-${arch}-glibc`, `@deno/${platform}-${arch}`);
