import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

/** Runs a program in a fresh process of its own. */
const run = (type: "commonjs" | "module", program: string) =>
  execFileSync(process.execPath, [`--input-type=${type}`, "--eval", program], {
    cwd: import.meta.dirname,
    encoding: "utf8",
  });

const use = `
  const ward = doorward({ rules: [fixedWindow({ mode: "LIVE", window: "1h", max: 1 })] });
  for (let i = 0; i < 2; i++) console.log(ward.protectSync({ ip: "192.0.2.1" }).conclusion);
`;

for (const entry of ["doorward", "doorward/next", "doorward/node"]) {
  test(`${entry} alone, as CJS and as ESM, default and named`, () => {
    const esm = `import doorward, { doorward as named, fixedWindow } from "${entry}";`;
    const cjs = `const { default: doorward, doorward: named, fixedWindow } = require("${entry}");`;
    const same = "if (named !== doorward) throw new Error('two constructors');";
    assert.equal(run("module", esm + same + use), "ALLOW\nDENY\n");
    assert.equal(run("commonjs", cjs + same + use), "ALLOW\nDENY\n");
  });
}

test("whichever copy comes first, the limit is one", () => {
  const both = (first: string, second: string) => `
    (async () => {
      for (const load of [${first}, ${second}]) {
        const { doorward, fixedWindow } = await load();
        const ward = doorward({ rules: [fixedWindow({ mode: "LIVE", window: "1h", max: 1 })] });
        console.log(ward.protectSync({ ip: "192.0.2.1" }).conclusion);
      }
    })();`;
  const [esm, cjs] = ['() => import("doorward")', '() => require("doorward/next")'];
  assert.equal(run("commonjs", both(esm, cjs)), "ALLOW\nDENY\n");
  assert.equal(run("commonjs", both(cjs, esm)), "ALLOW\nDENY\n");
});

test("importing it does nothing: no instance, no state, no warning", () => {
  const program = `
    await import("doorward");
    await import("doorward/next");
    console.log(Object.getOwnPropertySymbols(globalThis).includes(Symbol.for("doorward")));
  `;
  assert.equal(run("module", program), "false\n");
});
