/** CPU of a server for a request, bare and behind each guard: servers take turns, loads are the same. */

import { fork } from "node:child_process";
import { once } from "node:events";
import { cpuTimes } from "./rounds.mjs";
import { digits, duration, row } from "./row.mjs";

const PEERS = {
  express: ["isbot", "express-rate-limit"],
  fastify: ["isbot", "@fastify/rate-limit"],
  hono: ["isbot", "hono-rate-limiter"],
};

const children = new Set();
function start(file, ...args) {
  const child = fork(new URL(file, import.meta.url), args);
  children.add(child);
  child.on("exit", (code) => {
    if (code) throw new Error(`${file} ${args.join(" ")} ended with ${code}`);
  });
  return child;
}

/** The next message of a child. */
const said = async (child) => (await once(child, "message"))[0];

async function asked(child, question) {
  child.send(question);
  return said(child);
}

const load = start("load.mjs");

/** Nanoseconds of the server's CPU for so many requests. */
async function serving(host, guard) {
  const server = start("server.mjs", host, guard);
  const port = await said(server);
  return async (count) => {
    const before = await asked(server, "cpu");
    const answered = await asked(load, { port, count });
    const after = await asked(server, "cpu");
    return ((after - before) * 1000 * count) / answered;
  };
}

for (const [host, peers] of Object.entries(PEERS)) {
  const works = {};
  for (const guard of ["none", "doorward", ...peers]) works[guard] = await serving(host, guard);
  for (const work of Object.values(works)) await work(3000);
  const times = await cpuTimes(works, { rounds: 15, roundMs: 200 });
  const share = (guard) => times.none / times[guard];
  row(host, {
    value: share("doorward"),
    ours: `${duration(times.doorward)}, bare ${duration(times.none)}`,
    peers: peers.map((peer) => `${peer} ${digits(share(peer))}`).join(", "),
  });
}
for (const child of children) child.disconnect();
