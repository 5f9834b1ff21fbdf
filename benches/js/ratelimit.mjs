/** One rate limit alone beside rate-limiter-flexible's in the process's memory. */

import doorward, { fixedWindow, slidingWindow } from "doorward";
import { RateLimiterMemory } from "rate-limiter-flexible";
import { cpuTimes, workload } from "./rounds.mjs";
import { digits, duration, row } from "./row.mjs";

const max = 1_000_000_000;
const { ip, headers } = workload.request;

const fixed = doorward({ rules: [fixedWindow({ mode: "LIVE", max, window: "60s" })] });
const sliding = doorward({ rules: [slidingWindow({ mode: "LIVE", max, interval: "60s" })] });
const limiter = new RateLimiterMemory({ points: max, duration: 60 });

const key = { ip };
// what Node's server hands to a handler, with every header of the workload
const node = {
  method: "GET",
  url: "/api/reviews?product=48213&sort=newest",
  httpVersionMajor: 1,
  rawHeaders: headers.flat(),
  headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
  socket: { remoteAddress: ip },
};

const asking = (ward, request) => (times) => {
  for (let i = 0; i < times; i++) {
    if (ward.protectSync(request).isDenied()) throw new Error("denied");
  }
};

const times = await cpuTimes({
  async peer(times) {
    for (let i = 0; i < times; i++) await limiter.consume(ip);
  },
  fixed: asking(fixed, key),
  sliding: asking(sliding, key),
  node: asking(fixed, node),
});

const ratio = (name) => times[name] / times.peer;
row("rate-limit", {
  value: ratio("fixed"),
  ours: `fixedWindow ${duration(times.fixed)}; slidingWindow ${digits(ratio("sliding"))}×, a Node request with 12 headers ${digits(ratio("node"))}×`,
  peers: `rate-limiter-flexible ${duration(times.peer)}`,
});
