/** The same frames decided natively and in wasm, and bodies of two lengths. */

import { execFileSync, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { Instance } from "../../bindings-js/dist/internal.js";
import { cpuTimes } from "./rounds.mjs";
import { digits, duration, row } from "./row.mjs";

const cwd = new URL("../..", import.meta.url);
const measure = ["--release", "--package", "doorward-benches", "--bin", "doorward-measure"];
const cargo = ["run", "--quiet", "--locked", ...measure, "--"];

const frames = execFileSync("cargo", [...cargo, "frames"], { cwd, encoding: "utf8" });
const cases = frames.trim().split("\n").map(JSON.parse);

const child = spawn("cargo", [...cargo, "time"], { cwd, stdio: ["pipe", "pipe", "inherit"] });
const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
const { shell } = Instance.current();

/** Natively: the child says how long it took. */
const natively = (name) => async (times) => {
  child.stdin.write(`${times} ${name}\n`);
  return Number((await answers.next()).value);
};

/** In wasm: the frame is in the engine's memory already, as after marshalling. */
function inWasm({ policy, frame }) {
  const bytes = Buffer.from(frame, "hex");
  const engine = new shell.Engine(policy, new shell.EngineOptions());
  const address = engine.reserve(bytes.length) >>> 0;
  new Uint8Array(shell.wasm.memory.buffer).set(bytes, address);
  return (times) => {
    for (let i = 0; i < times; i++) {
      if (!engine.decide(bytes.length, false)) throw new Error("no answer");
    }
  };
}

const works = {};
for (const one of cases) {
  works[`${one.name}, native`] = natively(one.name);
  works[`${one.name}, wasm`] = inWasm(one);
}
const times = await cpuTimes(works, { rounds: 15, roundMs: 30 });
child.stdin.end();

const of = (name, where) => times[`${name}, ${where}`];
const ratio = (name) => of(name, "wasm") / of(name, "native");
const others = ["rate limit only", "benign GET", "shield 1 KB", "shield 16 KB"];
row("wasm-native", {
  value: ratio("workload"),
  ours: duration(of("workload", "wasm")),
  peers: `native ${duration(of("workload", "native"))}; ${others
    .map((name) => `${name} ${digits(ratio(name))}×`)
    .join(", ")}`,
});
row("body", {
  value: of("shield 16 KB", "wasm") / of("shield 1 KB", "wasm"),
  ours: duration(of("shield 16 KB", "wasm")),
  peers: `1 KB ${duration(of("shield 1 KB", "wasm"))}; native ${digits(
    of("shield 16 KB", "native") / of("shield 1 KB", "native"),
  )}×`,
});
row("shield-wasm", {
  value: of("shield 16 KB", "wasm") / 16 / 1000,
  ours: duration(of("shield 16 KB", "wasm")),
  peers: `native ${duration(of("shield 16 KB", "native"))}; 1 KB ${duration(of("shield 1 KB", "wasm"))}, headers included`,
});
row("patterns", {
  value: of("2000 addresses", "wasm") / of("200 addresses", "wasm"),
  ours: duration(of("2000 addresses", "wasm")),
  peers: `200 addresses ${duration(of("200 addresses", "wasm"))}; native ${digits(
    of("2000 addresses", "native") / of("200 addresses", "native"),
  )}×`,
});
