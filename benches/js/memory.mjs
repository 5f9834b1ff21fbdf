/**
 * Memory, each subject in a process of its own: what a million tracked keys take, and a flood of
 * fresh keys with one abuser inside. `FLOOD` sets the number of keys, ten million unless it does.
 */

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { digits, row } from "./row.mjs";

const KEYS = 1_000_000;
const FLOOD = Number(process.env.FLOOD ?? 10_000_000);
const MAX = 100;

/** Fresh addresses, one a number. */
const address = (n) => `${20 + (n >>> 24)}.${(n >>> 16) & 255}.${(n >>> 8) & 255}.${n & 255}`;

async function warded(options) {
  const { default: doorward, fixedWindow } = await import("doorward");
  const ward = doorward({
    rules: [fixedWindow({ mode: "LIVE", max: MAX, window: "1h" })],
    ...options,
  });
  return (ip) => ward.protectSync({ ip });
}

/** How each keeps one more key. */
const keepers = {
  doorward: () => warded({ store: { maxBytes: 256 << 20 } }),
  async "rate-limiter-flexible"() {
    const { RateLimiterMemory } = await import("rate-limiter-flexible");
    const limiter = new RateLimiterMemory({ points: MAX, duration: 3600 });
    return (ip) => limiter.consume(ip);
  },
  async "express-rate-limit"() {
    const { MemoryStore } = await import("express-rate-limit");
    const store = new MemoryStore();
    store.init({ windowMs: 3_600_000 });
    return (ip) => store.increment(ip);
  },
  Map() {
    const counts = new Map();
    return (ip) => {
      const known = counts.get(ip);
      if (known) known.count++;
      else counts.set(ip, { count: 1, reset: Date.now() + 3_600_000 });
    };
  },
};

async function resident() {
  for (let i = 0; i < 3; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return process.memoryUsage.rss();
}

const subjects = {
  async keys(name) {
    const keep = await keepers[name]();
    for (let n = 0; n < 1000; n++) await keep(address(n));
    const before = await resident();
    for (let n = 1000; n < KEYS + 1000; n++) await keep(address(n));
    return { bytes: ((await resident()) - before) / KEYS };
  },

  async flood() {
    const ask = await warded({});
    const abuser = "198.51.100.7";
    while (ask(abuser).isAllowed());
    const fill = FLOOD / 4;
    let atCap = 0;
    let asked = 0;
    let denied = 0;
    for (let n = 0; n < FLOOD; n++) {
      if (n === fill) atCap = await resident();
      ask(address(n));
      if (n % 100 === 0) {
        asked++;
        if (ask(abuser).isDenied()) denied++;
      }
    }
    return { atCap, after: await resident(), asked, denied };
  },
};

function inProcess(subject, argument = "") {
  const file = fileURLToPath(import.meta.url);
  const said = execFileSync(process.execPath, ["--expose-gc", file, subject, argument]);
  return JSON.parse(said);
}

const [subject, argument] = process.argv.slice(2);
if (subject) {
  console.log(JSON.stringify(await subjects[subject](argument)));
  process.exit();
}

const bytes = {};
for (const name of Object.keys(keepers)) bytes[name] = inProcess("keys", name).bytes;
const { doorward, ...peers } = bytes;
row("key", {
  value: doorward,
  ours: `${digits(doorward)} B resident in Node`,
  peers: Object.entries(peers)
    .map(([name, count]) => `${name} ${digits(count)}`)
    .join(", "),
});

const { atCap, after, asked, denied } = inProcess("flood");
const megabytes = (count) => `${(count / (1 << 20)).toFixed(0)} MB`;
const flood = `${FLOOD.toLocaleString("en")} keys`;
row("flood-memory", {
  value: after / atCap,
  ours: `${megabytes(after)} resident after ${flood}`,
  peers: `at the cap ${megabytes(atCap)}`,
});
row("flood-denied", { value: (denied / asked) * 100, ours: `${denied} of ${asked}, ${flood}` });
