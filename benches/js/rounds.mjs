/** CPU time side by side: rounds of all works in turn; medians, read as ratios. */

import { readFileSync } from "node:fs";

/** The workload that every bench uses: one policy, one request. */
export const workload = JSON.parse(
  readFileSync(new URL("../workload.json", import.meta.url), "utf8"),
);

/**
 * Nanoseconds of CPU a call, one for each work, the median of `rounds`. A work does its thing so
 * many times as it is told and is awaited. One that is done in another process returns the
 * nanoseconds of CPU it took there.
 */
export async function cpuTimes(works, { rounds = 25, roundMs = 40 } = {}) {
  const entries = Object.entries(works);
  const found = new Map(entries.map(([name]) => [name, []]));
  const counts = new Map();
  for (const [name, work] of entries) counts.set(name, await countFor(work, roundMs));
  for (let round = 0; round < rounds; round++) {
    for (const [name, work] of entries) {
      const count = counts.get(name);
      found.get(name).push((await cpuOf(work, count)) / count);
    }
  }
  return Object.fromEntries([...found].map(([name, times]) => [name, median(times)]));
}

/** Nanoseconds of CPU, of all threads of this process or of the work's own. */
async function cpuOf(work, count) {
  const before = process.cpuUsage();
  const elsewhere = await work(count);
  const { user, system } = process.cpuUsage(before);
  return typeof elsewhere === "number" ? elsewhere : (user + system) * 1000;
}

/** How often a work has to be done to last a round; it is warm when that has settled. */
async function countFor(work, roundMs) {
  let count = 1;
  for (let settled = 0; settled < 4; ) {
    const lasted = (await cpuOf(work, count)) / 1e6;
    if (lasted > roundMs * 0.6 && lasted < roundMs * 1.6) settled++;
    else count = Math.ceil((count * roundMs) / Math.max(lasted, roundMs / 16));
    if (count === 1) settled++;
  }
  return count;
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
