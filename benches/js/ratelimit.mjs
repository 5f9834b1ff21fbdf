/** One rate limit alone beside rate-limiter-flexible's in the process's memory. */

import doorward, { fixedWindow, slidingWindow } from "doorward";
import { RateLimiterMemory } from "rate-limiter-flexible";
import { cpuTimes, report, workload } from "./measure.mjs";

const MAX = 1_000_000_000;
const { ip, headers } = workload.request;

const wards = { fixedWindow, slidingWindow };
const plain = { ip };
// what Node's server hands to a handler, with every header of the workload
const node = {
  method: "GET",
  url: "/api/reviews?product=48213&sort=newest",
  httpVersionMajor: 1,
  rawHeaders: headers.flat(),
  headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
  socket: { remoteAddress: ip },
};
const limiter = new RateLimiterMemory({ points: MAX, duration: 60 });

const works = {
  async peer(times) {
    for (let i = 0; i < times; i++) await limiter.consume(ip);
  },
};
for (const [name, rule] of Object.entries(wards)) {
  const ward = doorward({
    rules: [
      rule({ mode: "LIVE", max: MAX, [rule === fixedWindow ? "window" : "interval"]: "60s" }),
    ],
  });
  for (const [kind, request] of [
    ["key only", plain],
    ["Node request", node],
  ]) {
    works[`${name}, ${kind}`] = (times) => {
      for (let i = 0; i < times; i++)
        if (ward.protectSync(request).isDenied()) throw new Error("denied");
    };
  }
}

const { peer, ...ours } = await cpuTimes(works);
for (const [name, time] of Object.entries(ours)) {
  report(`${name} ÷ rate-limiter-flexible`, time / peer, {
    unit: "×",
    must: 2,
    aim: 0.7,
    from: `${time.toFixed(0)} and ${peer.toFixed(0)} ns`,
  });
}
