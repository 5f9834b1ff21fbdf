/** CPU time side by side: rounds of all works in turn, in one process; medians, read as ratios. */

import { readFileSync } from "node:fs";

/** The workload that every bench uses: one policy, one request. */
export const workload = JSON.parse(
  readFileSync(new URL("../workload.json", import.meta.url), "utf8"),
);

/**
 * Nanoseconds of CPU a call, one for each work, the median of `rounds`. A work does its thing so
 * many times as it is told; what it returns is awaited.
 */
export async function cpuTimes(works, { rounds = 25, roundMs = 40 } = {}) {
  const entries = Object.entries(works);
  const found = new Map(entries.map(([name]) => [name, []]));
  const counts = new Map();
  for (const [name, work] of entries) counts.set(name, await countFor(work, roundMs));
  for (let round = 0; round < rounds; round++) {
    for (const [name, work] of entries) {
      const count = counts.get(name);
      found.get(name).push(((await cpuOf(work, count)) * 1000) / count);
    }
  }
  return Object.fromEntries([...found].map(([name, times]) => [name, median(times)]));
}

/** Microseconds of CPU, of all threads of this process. */
async function cpuOf(work, count) {
  const before = process.cpuUsage();
  await work(count);
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** How often a work has to be done to last a round; it is warm afterwards. */
async function countFor(work, roundMs) {
  for (let count = 1000; ; count *= 2) {
    const cpu = await cpuOf(work, count);
    if (cpu >= roundMs * 1000) return Math.ceil((count * roundMs * 1000) / cpu);
  }
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** One line a measure: its name, its value, what it must reach and aims at, where it came from. */
export function report(name, value, { unit, must, aim, from }) {
  const shown = `${value < 10 ? value.toFixed(2) : value.toFixed(1)}${unit}`;
  const verdict = value <= aim ? "aim reached" : value <= must ? "must reached" : "MISSED";
  console.log(`${name}: ${shown}, must ${must}${unit}, aim ${aim}${unit}: ${verdict} (${from})`);
}
