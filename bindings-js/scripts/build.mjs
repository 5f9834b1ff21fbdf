// Builds dist/: each entry as ESM (.js, .d.ts) and as CJS (.cjs, .d.cts), and the wasm.

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
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

process.chdir(join(dirname(fileURLToPath(import.meta.url)), ".."));

const GENERATED = "wasm/generated";
if (!existsSync(join("src", GENERATED, "glue.js"))) {
  console.error(`src/${GENERATED} is missing: run \`make wasm\` first`);
  process.exit(1);
}

const read = (...path) => readFileSync(join(...path), "utf8");

function write(name, content) {
  const path = join("dist", name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** Relative modules by the name of their CJS form. */
const toCjs = (code) =>
  code.replace(/((?:from |import\(|require\())(["'])(\.{1,2}\/[^"'\n]+)\.js\2/g, "$1$2$3.cjs$2");

const list = (folder) => readdirSync(folder, { recursive: true });

/** The sources that package.json names. */
const named = read("package.json").match(/(?<="\.\/dist\/)[\w/-]+(?=\.js")/g);
// small, loaded without the rest or instead of it
const ALONE = [
  "bin",
  "commands",
  "email-data",
  "internal",
  "prompt",
  "redis",
  "refine",
  "testing",
  "wasm/commands",
  "wasm/edge",
  "wasm/inline",
  "wasm/workerd",
];
// run or loaded by hosts that know ESM only
const ESM_ONLY = /^(bin|commands|wasm\/(commands|edge|workerd))\./;
const ESM_ONLY_TYPES =
  /^(bin|calibrate|cli|commands|files|replay|scan|redis\/replay)\.|^wasm\/(commands|edge|workerd)\./;

/**
 * Each file costs Node 0.8 ms to import, so sources are bundled. What the entries for hosts share
 * is split off once and stays shared; bundlers drop what is not used.
 */
async function bundled(entries, splitting) {
  const { outputFiles } = await build({
    absWorkingDir: process.cwd(),
    entryPoints: entries.map((name) => `./src/${name}.ts`),
    outbase: "src",
    outdir: "dist",
    chunkNames: "shared/[hash]",
    bundle: true,
    splitting,
    format: "esm",
    platform: "node",
    target: "es2022",
    packages: "external",
    loader: { ".bin": "base64" },
    external: ["#commands", "#wasm", "*.wasm", "*.wasm?module"],
    write: false,
  });
  return outputFiles.map(({ path, text }) => [relative("dist", path), text]);
}

const hosts = [...new Set(named)].filter((name) => !ALONE.includes(name));
const bundles = [...(await bundled(hosts, true)), ...(await bundled(ALONE, false))];
rmSync("dist", { recursive: true, force: true });
for (const [name, code] of bundles) {
  write(name, code);
  if (ESM_ONLY.test(name)) continue;
  const cjs = await transform(code, { format: "cjs", platform: "node", target: "es2022" });
  write(name.replace(/\.js$/, ".cjs"), toCjs(cjs.code));
}
// where other tests of this repository look for it
write("instance.js", 'export { Instance } from "./internal.js";\n');

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
for (const name of list("dist").filter(
  (name) => name.endsWith(".d.ts") && !ESM_ONLY_TYPES.test(name),
)) {
  write(name.replace(/\.d\.ts$/, ".d.cts"), toCjs(read("dist", name)));
}
for (const name of ["commands.wasm", "doorward.wasm"]) {
  write(join(GENERATED, name), readFileSync(join("src", GENERATED, name)));
}
chmodSync("dist/bin.js", 0o755);
