// Run where the tarball is installed. Prints what the tests of ../test_state.py compare.

import { createRequire } from "node:module";
import doorward, { detectBot, filter, fixedWindow, slidingWindow } from "doorward";
import viaNext from "doorward/next";
import viaNode from "doorward/node";

const require = createRequire(import.meta.url);
const copies = [
  doorward,
  require("doorward").default,
  viaNext,
  require("doorward/next").doorward,
  viaNode,
  require("doorward/node").doorward,
];

/** Conclusions of wards that copies of the package made of one policy, in turns. */
async function shared() {
  const rules = [fixedWindow({ id: "copies", mode: "LIVE", window: "24h", max: 10 })];
  const wards = copies.map((make) => make({ rules }));
  const found = [];
  for (let i = 0; i < 24; i++) {
    const decision = await wards[i % wards.length].protect(plain());
    found.push(decision.conclusion);
  }
  return { distinct: new Set(copies).size, found };
}

function plain(more) {
  return { method: "GET", url: "/", headers: [["Host", "x"]], ip: "192.0.2.1", ...more };
}

async function memory() {
  for (let i = 0; i < 3; i++) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  const [home] = globalThis[Symbol.for("doorward")].values();
  return { rss, heapUsed, external, wasm: home.instance.shell.wasm.memory.buffer.byteLength };
}

/** `withRule` in a handler, 20,000 times and then 100,000 times more. */
async function handler() {
  const base = doorward({
    rules: [fixedWindow({ id: "base", mode: "LIVE", window: "24h", max: 1e9 })],
  });
  let passed = 0;
  const handle = async (max) => {
    const request = new Request("http://localhost/?q=1", { headers: { "user-agent": "x" } });
    const rule = slidingWindow({ id: "in-handler", mode: "LIVE", interval: "24h", max });
    const decision = await base.withRule(rule).protect(request, { ip: "192.0.2.1" });
    if (decision.isAllowed()) passed++;
  };
  for (let i = 0; i < 20_000; i++) await handle(60_000);
  const before = await memory();
  for (let i = 0; i < 100_000; i++) await handle(60_000);
  const after = await memory();
  return { passed, before, after };
}

/** Pairs of decisions: what was asked, and the same with a payload that wants to pollute. */
async function pollution() {
  const evil =
    '"__proto__":{"plan":"free","ip":"6.6.6.6","mode":"DRY_RUN"},"constructor":{"prototype":{"plan":"free"}}';
  const query = "__proto__[plan]=free&__proto__.plan=free&constructor.prototype.plan=free";
  const json = { "content-type": "application/json" };
  const pairs = [];
  let made = 0;
  const decide = async (request, context) => {
    // a ward, and so a store, of its own
    const ward = doorward({
      rules: [
        detectBot({ mode: "LIVE", allow: ["CATEGORY:SEARCH_ENGINE"] }),
        filter({
          mode: "LIVE",
          deny: ['context["plan"] eq "free" and http.request.uri.args["q"] eq "1"'],
        }),
        slidingWindow({ id: `own-${made++}`, mode: "LIVE", interval: "24h", max: 9 }),
      ],
      onWarning: () => {},
    });
    const { conclusion, reason, results, undetermined, ip } = (
      await ward.protect(request, context)
    ).toJSON();
    const said = JSON.stringify({ conclusion, reason, results, undetermined, ip });
    return said.replace(/own-\d+/g, "own");
  };
  for (const facts of ['"plan":"team"', '"plan":"free"', '"other":1']) {
    const url = "http://localhost/?q=1";
    const given = () => JSON.parse(`{"ip":"192.0.2.1",${facts}}`);
    const polluted = () => JSON.parse(`{"ip":"192.0.2.1",${facts},${evil}}`);
    const agent = {
      "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    };
    const get = () => new Request(url, { headers: agent });
    const expected = await decide(get(), given());
    pairs.push(
      [expected, await decide(get(), polluted())],
      [expected, await decide(new Request(`${url}&${query}`, { headers: agent }), given())],
      [
        expected,
        await decide(
          new Request(url, {
            headers: { ...agent, ["__proto__"]: "x", constructor: '{"prototype":{}}' },
          }),
          given(),
        ),
      ],
      [
        expected,
        await decide(
          new Request(url, { method: "POST", headers: { ...agent, ...json }, body: `{${evil}}` }),
          given(),
        ),
      ],
      [
        expected,
        await decide(plain({ url, headers: { ...agent, ...JSON.parse(`{${evil}}`) } }), polluted()),
      ],
      [
        expected,
        await decide(plain({ url, headers: agent, body: JSON.parse(`{${evil}}`) }), polluted()),
      ],
    );
  }
  return pairs;
}

const names = () => Reflect.ownKeys(Object.prototype).map(String);
const prototype = names();
const found = { shared: await shared(), handler: await handler(), pollution: await pollution() };
console.log(JSON.stringify({ ...found, prototypes: [prototype, names()] }));
