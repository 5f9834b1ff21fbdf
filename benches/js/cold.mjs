/** Import, instantiation and first decision, each time in a fresh process. */

import { execFileSync } from "node:child_process";
import { median, report, workload } from "./measure.mjs";

const RUNS = 21;
const { policy, request } = workload;

const FIRST = `
const cpu = process.cpuUsage();
const wall = performance.now();
const { default: doorward } = await import("doorward");
const ward = doorward(${JSON.stringify(policy)});
ward.protectSync(${JSON.stringify(request)}, ${JSON.stringify(request.context)});
const { user, system } = process.cpuUsage(cpu);
console.log(JSON.stringify({ cpu: (user + system) / 1000, wall: performance.now() - wall }));
`;

const runs = Array.from({ length: RUNS }, () => {
  const said = execFileSync(process.execPath, ["--input-type=module", "--eval", FIRST], {
    cwd: import.meta.dirname,
    encoding: "utf8",
  });
  return JSON.parse(said);
});
for (const kind of ["cpu", "wall"]) {
  const times = runs.map((run) => run[kind]);
  report(`cold start, ${kind}`, median(times), {
    unit: " ms",
    must: 40,
    aim: 15,
    from: `${RUNS} processes, best ${Math.min(...times).toFixed(1)} ms`,
  });
}
