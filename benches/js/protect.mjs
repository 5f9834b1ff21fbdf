/** A whole decision beside `JSON.stringify` of the same request, and in wasm beside native. */

import { execFileSync } from "node:child_process";
import doorward from "doorward";
import { emptyInput, Flag, FrameWriter, Instance } from "../../bindings-js/dist/internal.js";
import { cpuTimes, report, workload } from "./measure.mjs";

const { policy, request } = workload;
const { context, ...shown } = request;
const ward = doorward(policy);
const body = Buffer.from(request.body);
const given = { ...shown, body };

const { shell } = Instance.current();
const engine = new shell.Engine(JSON.stringify(policy), new shell.EngineOptions());
const frames = new FrameWriter(shell.wasm.memory, (bytes) => engine.reserve(bytes));
const wanted = new Set(JSON.parse(engine.reads("")).headers);
const length = frames.write({
  ...emptyInput(),
  peer: request.ip,
  method: request.method,
  target: request.url,
  flags: Flag.NOW | Flag.HTTPS | Flag.ALL_HEADERS | Flag.HEADER_ORDER | Flag.RAW_TARGET,
  now: request.time,
  headers: request.headers.filter(([name]) => wanted.has(name.toLowerCase())).flat(),
  head: body,
  context: JSON.stringify(context),
});

const { stringify, wasm, ...whole } = await cpuTimes({
  stringify(times) {
    let written = 0;
    for (let i = 0; i < times; i++) written += JSON.stringify(request).length;
    if (written === 0) throw new Error("nothing was written");
  },
  wasm(times) {
    for (let i = 0; i < times; i++) if (engine.decide(length) === 0) throw new Error("no answer");
  },
  protectSync(times) {
    for (let i = 0; i < times; i++) allowed(ward.protectSync(given, context));
  },
  async protect(times) {
    for (let i = 0; i < times; i++) allowed(await ward.protect(given, context));
  },
});

function allowed(decision) {
  if (decision.isDenied()) throw new Error("denied");
}

for (const [name, time] of Object.entries(whole)) {
  report(`${name} ÷ JSON.stringify`, time / stringify, {
    unit: "×",
    must: 30,
    aim: 8,
    from: `${(time / 1000).toFixed(1)} and ${(stringify / 1000).toFixed(2)} µs`,
  });
}

const cargo = ["bench", "--quiet", "--locked", "--package", "doorward-benches", "--bench", "whole"];
const native = Number(execFileSync("cargo", cargo, { encoding: "utf8" }));
report("decision from its frame, wasm ÷ native", wasm / native, {
  unit: "×",
  must: 2,
  aim: 1.25,
  from: `${(wasm / 1000).toFixed(1)} and ${(native / 1000).toFixed(1)} µs`,
});
