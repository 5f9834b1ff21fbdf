// Builds dist/: ESM with its types, the same as CJS in dist/cjs, the wasm beside both.

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const GENERATED = "src/wasm/generated";
process.chdir(root);

if (!existsSync(join(GENERATED, "glue.js"))) {
  console.error(`${GENERATED} is missing: run \`make wasm\` first`);
  process.exit(1);
}

rmSync("dist", { recursive: true, force: true });

const sources = readdirSync("src", { recursive: true })
  .filter((name) => /\.[jt]s$/.test(name) && !name.endsWith(".d.ts"))
  .map((name) => join("src", name));

/** Every file by itself, so that what is shared stays shared and bundlers can drop the rest. */
function emit(format, outdir, entryPoints) {
  return build({ entryPoints, outdir, outbase: "src", format, platform: "neutral", target: "es2022" });
}

// the command line is run, never imported
const COMMANDS = /^src\/(bin|cli|replay)\.ts$/;
await emit("esm", "dist", sources);
await emit("cjs", "dist/cjs", sources.filter((name) => !COMMANDS.test(name)));

const tsc = fileURLToPath(import.meta.resolve("typescript/bin/tsc"));
execFileSync(process.execPath, [tsc, "-p", "."], { stdio: "inherit" });

const isTypes = (from) => !/\.[^/]*$/.test(from) || from.endsWith(".d.ts");
cpSync("dist", "dist-types", { recursive: true, filter: isTypes });
rmSync("dist-types/cjs", { recursive: true, force: true });
for (const to of ["dist", "dist/cjs"]) {
  cpSync("dist-types", to, { recursive: true });
  for (const name of readdirSync(GENERATED)) {
    if (/\.(wasm|d\.ts)$/.test(name)) cpSync(join(GENERATED, name), join(to, "wasm/generated", name));
  }
}
rmSync("dist-types", { recursive: true });

// the nearest package.json says what a file is and where "#wasm" is found
const { imports } = (await import("../package.json", { with: { type: "json" } })).default;
writeFileSync(
  "dist/cjs/package.json",
  `${JSON.stringify(
    {
      type: "commonjs",
      sideEffects: false,
      imports: JSON.parse(JSON.stringify(imports).replaceAll("./dist/", "./")),
    },
    null,
    2,
  )}\n`,
);
