/** A whole decision beside `JSON.stringify` of the same request. */

import doorward from "doorward";
import { cpuTimes, workload } from "./rounds.mjs";
import { digits, duration, row } from "./row.mjs";

// hosts give no name, so one is made
const { context, id: _, ...shown } = workload.request;
const ward = doorward(workload.policy);
const given = { ...shown, body: Buffer.from(shown.body) };

const times = await cpuTimes({
  stringify(times) {
    let length = 0;
    for (let i = 0; i < times; i++) length += JSON.stringify(workload.request).length;
    if (length === 0) throw new Error("nothing was written");
  },
  protectSync(times) {
    for (let i = 0; i < times; i++) {
      if (ward.protectSync(given, context).isDenied()) throw new Error("denied");
    }
  },
  async protect(times) {
    for (let i = 0; i < times; i++) {
      if ((await ward.protect(given, context)).isDenied()) throw new Error("denied");
    }
  },
});

row("protect", {
  value: times.protect / times.stringify,
  ours: `${duration(times.protect)}; protectSync ${digits(times.protectSync / times.stringify)}×`,
  peers: `JSON.stringify ${duration(times.stringify)}`,
});
