/** However many domains and agents clients name, this many look-ups follow (law 9). */

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Outside } from "../dist/internal.js";
import { certificate, DirectoryHost, NameServer } from "./outside-world.ts";

const REQUESTS = 10_000;
const WAVE = 1000;
/** As docs/outside.md states them. */
const [BURST, PER_SECOND, PER_CLIENT, CONCURRENT] = [100, 50, 20, 32];

const names = new NameServer({}, (name, type) => {
  if (type === "MX") return [`10 mail.${name}`];
  return type === "A" && name.startsWith("agent") ? ["127.0.0.1"] : undefined;
});
const vouched = certificate(["*.agents.example"]);
let now = 0;
let most = 0;
const host = new DirectoryHost(vouched, (_, response) => {
  now += 1;
  most = Math.max(most, now);
  response.on("close", () => {
    now -= 1;
  });
  response.setHeader("content-type", "application/json");
  response.end('{"keys":[]}');
});
after(() => {
  names.close();
  host.close();
});

test("10,000 requests with fresh domains and agents", async () => {
  const server = await names.listen();
  const port = await host.listen();
  const agent = (index: number) => `agent${index}.agents.example:${port}`;
  const hosts = Array.from({ length: REQUESTS }, (_, index) => agent(index));
  const outside = new Outside({ dns: [server], keys: { hosts, ca: vouched.ca } });
  const counts = new Map<string, number>();
  const begun = performance.now();
  for (let first = 0; first < REQUESTS; first += WAVE) {
    const wave = Array.from({ length: WAVE }, async (_, at) => {
      const index = first + at;
      const domain = `domain${index}.example`;
      const url = `https://${agent(index)}/keys`;
      const needs = [
        { id: `mx:${domain}`, kind: "mx", domain },
        { id: `key:${url}`, kind: "key", url },
      ];
      // a thousand clients
      const client = `198.51.${index % 4}.${(index >> 2) % 250}`;
      for (const reply of await outside.answer(needs, client, outside.turn())) {
        const word = "error" in reply ? String(reply.error) : "answered";
        counts.set(word, (counts.get(word) ?? 0) + 1);
      }
    });
    await Promise.all(wave);
  }
  const seconds = (performance.now() - begun) / 1000;
  const allowed = BURST + Math.ceil(PER_SECOND * seconds);
  const told = `${JSON.stringify([...counts])} in ${seconds.toFixed(1)} s, ${names.asked.length} queries, ${host.connections} connections`;
  // one query for a domain with MX records, one for an agent with an A record; each may be repeated
  assert.ok(names.asked.length <= 2 * allowed, told);
  assert.ok(host.connections <= allowed, told);
  assert.ok(most <= CONCURRENT, told);
  assert.ok((counts.get("answered") ?? 0) > 0, told);
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  assert.equal(all, 2 * REQUESTS);
  assert.ok((counts.get("overloaded") ?? 0) >= all - allowed, told);
});

test("one client has its own bound, and others are answered", async () => {
  const other = new NameServer({}, (name, type) =>
    type === "MX" ? [`10 mail.${name}`] : undefined,
  );
  const outside = new Outside({ dns: [await other.listen()] });
  const ask = async (domain: string, client: string) => {
    const need = { id: `mx:${domain}`, kind: "mx", domain };
    const [reply] = await outside.answer([need], client, outside.turn());
    return reply && "error" in reply ? reply.error : "answered";
  };
  const begun = performance.now();
  const words: unknown[] = [];
  for (let index = 0; index < 500; index++)
    words.push(await ask(`a${index}.example`, "2001:db8::"));
  const minutes = (performance.now() - begun) / 60_000;
  const answered = words.filter((word) => word === "answered").length;
  assert.ok(answered >= PER_CLIENT && answered <= PER_CLIENT * (1 + minutes) + 1, String(answered));
  assert.equal(other.asked.length, answered);
  assert.equal(await ask("b.example", "192.0.2.9"), "answered");
  // what is known costs nobody anything
  assert.equal(await ask("b.example", "2001:db8::"), "answered");
  other.close();
});
