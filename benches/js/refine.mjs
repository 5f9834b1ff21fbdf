/** What refine costs in wasm: the difference its key makes to `protectSync`, and `refine()` on a decision. */

import doorward, { detectBot, fixedWindow, shield } from "doorward";
import { refine } from "doorward/refine";
import { cpuTimes } from "./rounds.mjs";
import { duration, row } from "./row.mjs";

const rules = [
  shield({ mode: "LIVE" }),
  detectBot({ mode: "LIVE", allow: [] }),
  fixedWindow({ mode: "LIVE", window: "1h", max: 2 }),
];
const plain = doorward({ rules });
const refined = doorward({ rules, refine: { mode: "LIVE" } });
const request = new Request("http://127.0.0.1/items/7", {
  headers: { "user-agent": "curl/8.5.0" },
});
const context = {
  ip: "203.0.113.7",
  userId: "ana",
  action: "read",
  account: { ageDays: 812, orders: 14, emailVerified: true },
  session: { id: "s1", ageSeconds: 4000 },
};
const learnt = { session: { ipChanged: true, stepUpAgeSeconds: 30 } };
const protect = (ward) => (times) => {
  for (let i = 0; i < times; i++) ward.protectSync(request, context);
};
const decision = refined.protectSync(request, context);

const times = await cpuTimes(
  {
    plain: protect(plain),
    refined: protect(refined),
    again: (times) => {
      for (let i = 0; i < times; i++) refine(decision, learnt);
    },
  },
  { rounds: 15, roundMs: 40 },
);

const added = times.refined - times.plain;
row("refine-wasm", {
  value: added / 1000,
  ours: `${duration(added)} in the call, ${duration(times.again)} as refine() on a decision`,
});
