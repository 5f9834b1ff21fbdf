// Builds dist/: each source as ESM (.js, .d.ts) and as CJS (.cjs, .d.cts), and the wasm.

import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";

process.chdir(join(dirname(fileURLToPath(import.meta.url)), ".."));

const GENERATED = "wasm/generated";
if (!existsSync(join("src", GENERATED, "glue.js"))) {
  console.error(`src/${GENERATED} is missing: run \`make wasm\` first`);
  process.exit(1);
}

// run or loaded by hosts that know ESM only
const ESM_ONLY = /^(bin|cli|replay|redis\/replay)\.|^wasm\/(edge|workerd)\./;

const read = (...path) => readFileSync(join(...path), "utf8");

function write(name, content) {
  const path = join("dist", name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** Every file by itself, so that what is shared stays shared and bundlers can drop the rest. */
async function compiled(code, format) {
  const options = { loader: "ts", format, platform: "neutral", target: "es2022" };
  return (await transform(code, options)).code;
}

/** Relative modules by the name of their CJS form. */
const toCjs = (code) =>
  code.replace(/((?:from |import\(|require\())(["'])(\.{1,2}\/[^"'\n]+)\.js\2/g, "$1$2$3.cjs$2");

const list = (folder) => readdirSync(folder, { recursive: true });

rmSync("dist", { recursive: true, force: true });

for (const name of list("src").filter((name) => /\.[jt]s$/.test(name) && !name.endsWith(".d.ts"))) {
  const code = read("src", name);
  const stem = name.slice(0, -3);
  write(`${stem}.js`, await compiled(code, "esm"));
  if (!ESM_ONLY.test(name)) write(`${stem}.cjs`, toCjs(await compiled(code, "cjs")));
}

execFileSync(
  process.execPath,
  [fileURLToPath(import.meta.resolve("typescript/bin/tsc")), "-p", "."],
  {
    stdio: "inherit",
  },
);
for (const name of list(join("src", GENERATED))) {
  if (name.endsWith(".d.ts")) write(join(GENERATED, name), read("src", GENERATED, name));
}
for (const name of list("dist").filter((name) => name.endsWith(".d.ts") && !ESM_ONLY.test(name))) {
  write(name.replace(/\.d\.ts$/, ".d.cts"), toCjs(read("dist", name)));
}
write(join(GENERATED, "doorward.wasm"), readFileSync(join("src", GENERATED, "doorward.wasm")));
chmodSync("dist/bin.js", 0o755);
