/** What is shipped, beside Arcjet's module. */

import { readdirSync, readFileSync, statSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { row } from "./row.mjs";

const root = new URL("../../", import.meta.url);
const zipped = (url) => gzipSync(readFileSync(url), { level: 9 }).length;
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(0)} KB`;

const module = new URL("bindings-js/dist/wasm/generated/doorward.wasm", root);
const tarball = readdirSync(new URL("dist/", root)).find((name) => name.endsWith(".tgz"));
const peer = import.meta.resolve("@arcjet/analyze-wasm");
const arcjet = new URL("wasm/arcjet_analyze_js_req.component.core.wasm", peer);

row("wasm", {
  value: zipped(module) / 1000,
  ours: `${kilobytes(statSync(module).size)} raw, npm tarball ${kilobytes(statSync(new URL(`dist/${tarball}`, root)).size)}`,
  peers: `Arcjet ${kilobytes(zipped(arcjet))}, ${kilobytes(statSync(arcjet).size)} raw`,
});
