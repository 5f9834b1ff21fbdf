// Bundles a worker (worker.js, or the file that is named) as a deployment would, and serves it in
// workerd.

import { basename, extname } from "node:path";
import { build } from "esbuild";
import { Miniflare } from "miniflare";

const entry = process.argv[2] ?? "worker.js";
const main = `/${basename(entry, extname(entry))}.js`;
const { outputFiles } = await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: [entry],
  bundle: true,
  format: "esm",
  conditions: ["workerd", "worker", "browser"],
  loader: { ".wasm": "copy" },
  assetNames: "[name]",
  outdir: "/",
  write: false,
});
const modules = outputFiles.map(({ path, contents }) => ({
  type: path.endsWith(".wasm") ? "CompiledWasm" : "ESModule",
  path,
  contents,
}));
const { HOSTS_POLICY, DOORWARD_SECRET, PORT } = process.env;
const worker = new Miniflare({
  modules: modules.toSorted((a) => (a.path === main ? -1 : 1)),
  modulesRoot: "/",
  compatibilityDate: "2025-12-01",
  bindings: { ...(HOSTS_POLICY && { HOSTS_POLICY, DOORWARD_SECRET }) },
  host: "127.0.0.1",
  port: Number(PORT),
  cf: false,
});
await worker.ready;
