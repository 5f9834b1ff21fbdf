/** The bounds of the outside and of mailboxes, asked for by whole requests. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { request as ask, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import doorward, { detectBot, protectLogin, validateEmail } from "doorward";
import { NameServer } from "./outside-world.ts";

const REQUESTS = 10_000;
const WAVE = 500;
/** As docs/outside.md states them. */
const [BURST, PER_SECOND, PER_CLIENT] = [100, 50, 20];

/** Every domain takes mail, every agent lies somewhere that nobody is sent to. */
const names = new NameServer({}, (name, type) => {
  if (type === "MX") return [`10 mail.${name}`];
  return type === "A" && name.startsWith("agent") ? ["127.0.0.1"] : undefined;
});
const listening = names.listen();
after(() => names.close());

const FIREFOX = {
  "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
  accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
  "accept-language": "fr-FR,fr;q=0.8,en-US;q=0.5,en;q=0.3",
  "accept-encoding": "gzip, deflate",
  "upgrade-insecure-requests": "1",
};

/** What somebody sends who signs for an agent that nobody has met; no key is needed for that. */
function stranger(index: number): Record<string, string> {
  const created = Math.floor(Date.now() / 1000);
  const parameters = `created=${created};expires=${created + 60};keyid="k";tag="web-bot-auth"`;
  return {
    ...FIREFOX,
    host: "shop.example",
    "signature-agent": `"https://agent${index}.agents.example"`,
    "signature-input": `s=("@authority" "signature-agent");${parameters}`,
    signature: "s=:AAAA:",
  };
}

const rules = () => [
  detectBot({ mode: "LIVE", deny: [], webBotAuth: { directories: ["*"] } }),
  validateEmail({ mode: "LIVE", deny: ["NO_MX_RECORDS"] }),
];
const onWarning = () => {};

test("10,000 requests, each with a domain and an agent nobody has met", async () => {
  const limits = { concurrent: 31 };
  const outside = { dns: [await listening], limits };
  const ward = doorward({ rules: rules(), outside, onWarning });
  const before = names.asked.length;
  const begun = performance.now();
  let undetermined = 0;
  for (let first = 0; first < REQUESTS; first += WAVE) {
    const wave = Array.from({ length: WAVE }, async (_, at) => {
      const index = first + at;
      // a thousand clients
      const ip = `198.51.${index % 4}.${(index >> 2) % 250}`;
      const request = { method: "POST", url: "/signup", headers: stranger(index), ip };
      const decision = await ward.protect(request, { email: `ana@domain${index}.example` });
      // what nobody looked up is nobody's fault
      assert.equal(decision.conclusion, "ALLOW");
      undetermined += decision.undetermined.length;
    });
    await Promise.all(wave);
  }
  const seconds = (performance.now() - begun) / 1000;
  const allowed = BURST + Math.ceil(PER_SECOND * seconds);
  const queries = names.asked.length - before;
  const told = `${queries} queries, ${undetermined} undetermined in ${seconds.toFixed(1)} s`;
  // one for a domain, one for an agent; each may be repeated
  assert.ok(queries > 0 && queries <= 2 * allowed, told);
  // the addresses of agents are not public, so none of them could be asked
  assert.ok(undetermined >= 2 * REQUESTS - allowed, told);
});

/** One request over HTTP from an address of loopback: the status. */
function send(port: number, localAddress: string, headers: object): Promise<number> {
  return new Promise((resolve, reject) => {
    const to = { host: "127.0.0.1", port, localAddress, agent: false, headers: { ...headers } };
    const sent = ask(to, (response) => {
      response.resume().on("end", () => resolve(response.statusCode ?? 0));
    });
    sent.on("error", reject).end();
  });
}

test("one client of an HTTP server has its own bound, and the next is answered", async () => {
  const limits = { concurrent: 30 };
  const ward = doorward({ rules: rules(), outside: { dns: [await listening], limits }, onWarning });
  const server = createServer(async (request, response) => {
    const email = String(request.headers["x-email"]);
    const { results } = await ward.protect(request, { email });
    const known = results.some(({ reason }) => reason.code === "email.ok");
    response.writeHead(known ? 200 : 202).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const before = names.asked.length;
  const begun = performance.now();
  const wave = Array.from({ length: 250 }, (_, index) =>
    send(port, "127.66.0.1", { ...stranger(index), "x-email": `ana@fresh${index}.example` }),
  );
  await Promise.all(wave);
  const allowed = PER_CLIENT * (1 + (performance.now() - begun) / 60_000) + 1;
  const queries = names.asked.length - before;
  assert.ok(queries > 0 && queries <= 2 * allowed, `${queries} queries`);
  assert.equal(await send(port, "127.66.0.2", { ...FIREFOX, "x-email": "ana@next.example" }), 200);
  assert.ok(names.asked.includes("next.example MX"));
  server.close();
});

test("who hammers a mailbox from many addresses does not lock its owner out", async () => {
  const ward = doorward({ rules: protectLogin({ mode: "LIVE" }), onWarning });
  const statuses = { ALLOW: 200, CHALLENGE: 401, DENY: 403 };
  const server = createServer(async (request, response) => {
    const email = String(request.headers["x-email"]);
    const { conclusion } = await ward.protect(request, { email });
    response.writeHead(statuses[conclusion]).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const told = { 200: 0, 401: 0, 403: 0 } as Record<number, number>;
  for (let index = 0; index < 240; index += 40) {
    const wave = Array.from({ length: 40 }, (_, at) => {
      // one that insists, and a hundred others
      const from = at % 2 === 0 ? "127.66.1.1" : `127.67.${index}.${at}`;
      const email = at % 3 === 0 ? "Victim+1@shop.example" : "victim@shop.example";
      return send(port, from, { ...FIREFOX, "x-email": email });
    });
    for (const status of await Promise.all(wave)) told[status] = (told[status] ?? 0) + 1;
  }
  const said = JSON.stringify(told);
  // who insists is denied; what comes from elsewhere is asked for more, and so is the owner
  assert.ok((told[403] ?? 0) >= 90 && (told[401] ?? 0) >= 90, said);
  assert.equal(
    await send(port, "127.68.0.1", { ...FIREFOX, "x-email": "victim@shop.example" }),
    401,
  );
  assert.equal(await send(port, "127.68.0.1", { ...FIREFOX, "x-email": "ana@shop.example" }), 200);
  server.close();
});
