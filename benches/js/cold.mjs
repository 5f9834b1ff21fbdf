/** Import, instance and first decision, each time in a fresh process; Arcjet's bot rule beside it. */

import { execFileSync } from "node:child_process";
import { median, workload } from "./rounds.mjs";
import { duration, row } from "./row.mjs";

const RUNS = 15;
const { policy, request } = workload;

const ours = `
const { default: doorward } = await import("doorward");
const ward = doorward(${JSON.stringify(policy)});
ward.protectSync(${JSON.stringify(request)}, ${JSON.stringify(request.context)});
`;
const packed = `
const { default: doorward } = await import("doorward");
const { default: emailData } = await import("doorward/email-data");
const { default: prompt } = await import("doorward/prompt");
const policy = ${JSON.stringify(policy)};
const asked = [
  { rule: "detectPromptInjection", mode: "LIVE" },
  { rule: "validateEmail", id: "disposable", mode: "LIVE", deny: ["DISPOSABLE"] },
];
const rules = [...policy.rules, ...asked];
const ward = doorward({ ...policy, rules, packs: [emailData, prompt] });
const context = { ...${JSON.stringify(request.context)}, message: "Which tea helps me sleep?" };
ward.protectSync(${JSON.stringify(request)}, context);
`;
const arcjet = `
const { detectBot } = await import("@arcjet/analyze");
const options = { tag: "denied-bot-config", val: { entities: ["CURL"], skipCustomDetect: true } };
await detectBot({ log: console }, { headers: { "user-agent": "curl/8" } }, options);
`;

function start(script) {
  const measured = `
const [cpu, wall] = [process.cpuUsage(), performance.now()];
${script}
const { user, system } = process.cpuUsage(cpu);
console.log(JSON.stringify({ cpu: (user + system) * 1000, wall: (performance.now() - wall) * 1e6 }));
`;
  const args = ["--input-type=module", "--eval", measured];
  return JSON.parse(execFileSync(process.execPath, args, { cwd: import.meta.dirname }));
}

const runs = Array.from({ length: RUNS }, () => [start(ours), start(arcjet), start(packed)]);
const of = (subject, kind) => median(runs.map((run) => run[subject][kind]));
row("cold", {
  value: of(0, "cpu") / 1e6,
  ours: `${duration(of(0, "cpu"))} CPU, ${duration(of(0, "wall"))} wall`,
  peers: `Arcjet, one rule ${duration(of(1, "cpu"))} CPU, ${duration(of(1, "wall"))} wall`,
});
row("cold-packs", {
  value: of(2, "cpu") / 1e6,
  ours: `${duration(of(2, "cpu"))} CPU, ${duration(of(2, "wall"))} wall`,
});
