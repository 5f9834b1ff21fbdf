/** What is asked of the outside: real servers on loopback answer. */

import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { factsOf, freshFor, isPublic, Outside, question, read } from "../dist/internal.js";
import { certificate, DirectoryHost, NameServer } from "./outside-world.ts";

type Options = NonNullable<ConstructorParameters<typeof Outside>[0]>;

const CLIENT = "192.0.2.1";
const DIRECTORY = "application/http-message-signatures-directory+json";
const KEYS = {
  keys: [{ kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }],
};

const names = new NameServer({
  "mail.example MX": ["20 b.mail.example", "10 A.Mail.example"],
  "null.example MX": ["0 ."],
  "own.example A": ["192.0.2.7"],
  "six.example AAAA": ["2001:db8:0:0:0:0:0:7"],
  "bare.example PTR": [],
  "7.2.0.192.in-addr.arpa PTR": ["own.example"],
  "8.2.0.192.in-addr.arpa PTR": ["own.example", "gone.example"],
  "9.2.0.192.in-addr.arpa PTR": ["silent.example"],
  "10.2.0.192.in-addr.arpa PTR": ["not a name"],
  "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR": ["six.example"],
  "agent.example A": ["127.0.0.1"],
  "other.example A": ["127.0.0.1"],
  "mixed.example A": ["10.0.0.1", "169.254.169.254"],
});
const vouched = certificate(["agent.example"]);
const host = new DirectoryHost(vouched, (url, response) => {
  if (url === "/redirect") return response.writeHead(302, { location: "/keys" }).end();
  if (url === "/none") return response.writeHead(404).end();
  response.setHeader("content-type", url === "/html" ? "text/html" : DIRECTORY);
  if (url === "/large") return response.end(JSON.stringify({ keys: ["x".repeat(70_000)] }));
  if (url === "/broken") return response.end("{");
  if (url === "/slow") return void response.write("{");
  if (url === "/private")
    return response.end(JSON.stringify({ keys: [{ ...KEYS.keys[0], d: "secret", n: 7 }, 1] }));
  response.setHeader("cache-control", "max-age=300");
  return response.end(JSON.stringify(KEYS));
});
let server = "";
let port = 0;

before(async () => {
  server = await names.listen();
  port = await host.listen();
});
after(() => {
  names.close();
  host.close();
});

let made = 0;
/** Caches are shared by wards of the same options, so each test has a limit of its own. */
const outside = (options: Options = {}) => {
  made += 1;
  const limits = { perSecond: 1000 + made, perClientPerMinute: 1000, ...options.limits };
  return new Outside({ dns: [server], ...options, limits });
};

async function answers(of: Outside, needs: Record<string, unknown>[], client = CLIENT) {
  const asked = needs.map((need, index) => ({ id: `${index}`, kind: "", ...need }));
  const replies = await of.answer(asked, client, of.turn());
  assert.deepEqual(
    replies.map(({ id }) => id),
    asked.map(({ id }) => id),
  );
  return replies.map(({ id, ...rest }) => rest);
}

const mx = (domain: string) => ({ id: `mx:${domain}`, kind: "mx", domain });
const dns = (ip: string) => ({ id: `dns:${ip}`, kind: "dns", ip });
const key = (url: string) => ({ id: `key:${url}`, kind: "key", url });

test("where mail goes", async () => {
  const found = await answers(
    outside(),
    ["mail", "null", "own", "six", "bare", "gone", "broken"].map((name) => mx(`${name}.example`)),
  );
  assert.deepEqual(found, [
    { exists: true, hosts: ["a.mail.example", "b.mail.example"], address: false },
    { exists: true, hosts: [""], address: false },
    { exists: true, hosts: [], address: true },
    { exists: true, hosts: [], address: true },
    { exists: true, hosts: [], address: false },
    { exists: false, hosts: [], address: false },
    { error: "failed" },
  ]);
});

test("names that are none are not asked for", async () => {
  const before = names.asked.length;
  for (const domain of [
    "",
    "local",
    "a..b",
    "a b.example",
    "UPPER.example",
    `${"a.".repeat(130)}de`,
    "x.example\n",
  ]) {
    assert.deepEqual(await answers(outside(), [mx(domain)]), [{ error: "bad_name" }], domain);
  }
  assert.equal(names.asked.length, before);
});

test("names of an address count where they lead back to it", async () => {
  const ips = [
    "192.0.2.7",
    "192.0.2.8",
    "192.0.2.9",
    "192.0.2.10",
    "192.0.2.99",
    "2001:db8::7",
    "x",
  ];
  assert.deepEqual(await answers(outside({ deadlineMs: 3000 }), ips.map(dns)), [
    { names: ["own.example"] },
    { names: [] },
    { error: "timeout" },
    { names: [] },
    { names: [] },
    { names: ["six.example"] },
    { error: "bad_name" },
  ]);
});

test("what was looked up is kept, also that there is nothing, and asked once at a time", async () => {
  const of = outside();
  const count = (text: string) => names.asked.filter((asked) => asked === text).length;
  const [before, none] = [count("mail.example MX"), count("gone.example MX")];
  await Promise.all(Array.from({ length: 50 }, () => answers(of, [mx("mail.example")])));
  await answers(of, [mx("mail.example"), mx("gone.example")]);
  await answers(of, [mx("gone.example")]);
  assert.deepEqual([count("mail.example MX"), count("gone.example MX")], [before + 1, none + 1]);
});

test("a request waits for its facts no longer than its deadline, in all rounds together", async () => {
  const of = outside({ deadlineMs: 300 });
  const turn = of.turn();
  const begun = performance.now();
  for (const name of ["silent1", "silent2"]) {
    const need = { ...mx(`${name}.example`), id: name };
    assert.deepEqual(await of.answer([need], CLIENT, turn), [{ id: name, error: "timeout" }]);
  }
  assert.ok(performance.now() - begun < 900);
});

test("DNS over HTTPS, where the ward names a resolver", async () => {
  const resolver = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const reply = names.reply(Buffer.concat(pieces));
    response.setHeader("content-type", "application/dns-message");
    setTimeout(() => response.end(reply), reply ? 0 : 2000).unref();
  });
  await new Promise<void>((resolve) => resolver.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(resolver.address() as AddressInfo).port}/dns-query`;
  const of = outside({ dns: url });
  assert.deepEqual(
    await answers(of, [
      ...["mail", "null", "six", "gone", "broken"].map((name) => mx(`${name}.example`)),
      ...["192.0.2.7", "2001:db8::7"].map(dns),
    ]),
    [
      { exists: true, hosts: ["a.mail.example", "b.mail.example"], address: false },
      { exists: true, hosts: [""], address: false },
      { exists: true, hosts: [], address: true },
      { exists: false, hosts: [], address: false },
      { error: "failed" },
      { names: ["own.example"] },
      { names: ["six.example"] },
    ],
  );
  assert.deepEqual(await answers(of, [mx("silent3.example")]), [{ error: "timeout" }]);
  resolver.closeAllConnections();
  resolver.close();
});

test("a DNS message that is none is a failure and ends", () => {
  const message = Buffer.from(question("a.example", 1));
  assert.deepEqual(read(message, "A"), { exists: true, records: [] });
  const claims = Buffer.from(message);
  claims.writeUInt16BE(9, 6);
  const loop = Buffer.concat([message, Buffer.from([0xc0, message.length])]);
  loop.writeUInt16BE(1, 6);
  for (const wrong of [claims, loop, message.subarray(0, 11), Buffer.alloc(5000)]) {
    assert.throws(() => read(wrong, "A"), { code: "failed" });
  }
});

test("a key directory, kept by its own word within bounds", async () => {
  const of = outside({ keys: { hosts: [`agent.example:${port}`], ca: vouched.ca } });
  const url = `https://agent.example:${port}/keys`;
  assert.deepEqual(await answers(of, [key(url)]), [KEYS]);
  const before = host.asked.length;
  assert.deepEqual(await answers(of, [key(url)]), [KEYS]);
  assert.equal(host.asked.length, before);
  assert.ok(host.asked.includes(`agent.example:${port}/keys`));
  const held = [
    "",
    "max-age=1",
    "max-age=600",
    "max-age=99999999",
    "no-store",
    "no-cache, max-age=900",
  ];
  assert.deepEqual(held.map(freshFor), [3_600_000, 60_000, 600_000, 86_400_000, 60_000, 60_000]);
});

test("what a directory may not be", async () => {
  const of = outside({
    keys: { hosts: [`agent.example:${port}`, `other.example:${port}`], ca: vouched.ca },
    deadlineMs: 3000,
  });
  const at = (path: string) => key(`https://agent.example:${port}${path}`);
  const cases: [ReturnType<typeof key>, object][] = [
    [at("/redirect"), { error: "redirected" }],
    [at("/none"), { error: "status" }],
    [at("/html"), { error: "bad_content" }],
    [at("/broken"), { error: "bad_content" }],
    [at("/large"), { error: "too_large" }],
    [at("/slow"), { error: "timeout" }],
    [at("/private"), KEYS],
    // a name that the certificate is not for
    [key(`https://other.example:${port}/keys`), { error: "failed" }],
    [key(`http://agent.example:${port}/keys`), { error: "not_allowed" }],
    [key(`https://user@agent.example:${port}/keys`), { error: "not_allowed" }],
    [key(`https://agent.example:${port + 1}/keys`), { error: "not_allowed" }],
    [key("https://127.0.0.1/keys"), { error: "bad_name" }],
    [key("https://[::1]/keys"), { error: "bad_name" }],
    [key("https://2130706433/keys"), { error: "bad_name" }],
    [key("https://localhost/keys"), { error: "bad_name" }],
    [key("/keys"), { error: "not_allowed" }],
    [key(`https://agent.example/${"a".repeat(2000)}`), { error: "not_allowed" }],
  ];
  const found = await Promise.all(cases.map(async ([need]) => (await answers(of, [need]))[0]));
  assert.deepEqual(
    found.map((reply, index) => [cases[index]?.[0].url, reply]),
    cases.map(([need, expected]) => [need.url, expected]),
  );
});

test("nobody is sent to an address that is not public", async () => {
  const before = host.connections;
  const of = outside({ keys: { ca: vouched.ca } });
  const urls = ["agent", "mixed"].map((name) => key(`https://${name}.example/keys`));
  assert.deepEqual(await answers(of, urls), [{ error: "not_allowed" }, { error: "not_allowed" }]);
  assert.equal(host.connections, before);
  const closed = [
    ..."0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 169.254.169.254 172.31.255.255 192.168.0.1".split(
      " ",
    ),
    ..."198.18.0.1 224.0.0.1 255.255.255.255 :: ::1 fe80::1 fc00::1 ff02::1 2001:db8::1".split(" "),
    ..."::ffff:127.0.0.1 ::ffff:a00:1 64:ff9b::10.0.0.1 2002:7f00:1:: 2001::1 1.2.3 x".split(" "),
  ];
  assert.deepEqual(closed.filter(isPublic), []);
  const open = ["8.8.8.8", "172.32.0.1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2606:4700::1111"];
  assert.deepEqual(open.filter(isPublic), open);
});

test("without their authority, hosts are not believed", async () => {
  const of = outside({ keys: { hosts: [`agent.example:${port}`] } });
  const url = `https://agent.example:${port}/keys`;
  assert.deepEqual(await answers(of, [key(url)]), [{ error: "failed" }]);
});

test("pinned keys are never fetched", async () => {
  const url = "https://pinned.example/keys";
  const of = outside({ keys: { pinned: { [url]: KEYS } } });
  const before = names.asked.length;
  assert.deepEqual(await answers(of, [key(url)]), [KEYS]);
  assert.equal(names.asked.length, before);
  assert.throws(() => outside({ keys: { pinned: { [url]: {} as never } } }), /no keys/);
});

test("signatures that the core cannot verify", async () => {
  const { subtle } = crypto;
  const hex = (bytes: ArrayBuffer | Uint8Array) => Buffer.from(bytes as Uint8Array).toString("hex");
  const message = new TextEncoder().encode("signed");
  const ecdsa = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const rsa = {
    name: "RSASSA-PKCS1-v1_5",
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: "SHA-256",
  };
  const needs: Record<string, unknown>[] = [];
  for (const [algorithm, how] of [
    ["ES256", ecdsa],
    ["RS256", rsa],
  ] as const) {
    const pair = (await subtle.generateKey(how, true, ["sign", "verify"])) as CryptoKeyPair;
    const jwk = await subtle.exportKey("jwk", pair.publicKey);
    const signature = hex(await subtle.sign(how, pair.privateKey, message));
    const need = {
      kind: "verify",
      algorithm,
      key: { ...jwk, use: "sig", key_ops: ["sign"] },
      message: hex(message),
      signature,
    };
    needs.push(need, { ...need, message: `${need.message}00` }, { ...need, signature: "00" });
    needs.push({ ...need, key: { kty: "oct", k: "AAAA" } }, { ...need, algorithm: "HS256" });
  }
  const short = await subtle.generateKey({ ...rsa, modulusLength: 1024 }, true, ["sign", "verify"]);
  const jwk = await subtle.exportKey("jwk", short.publicKey);
  needs.push({ ...needs[5], key: jwk });
  const each = [
    { valid: true },
    { valid: false },
    { valid: false },
    { error: "bad_key" },
    { error: "unsupported" },
  ];
  assert.deepEqual(await answers(outside(), needs), [...each, ...each, { error: "bad_key" }]);
});

test("records of several vendors are one shape", () => {
  const known = (record: object) =>
    JSON.parse(JSON.stringify(factsOf(record as never))) as Record<string, unknown>;
  assert.deepEqual(
    known({ traits: { is_hosting_provider: true, is_anonymous_vpn: false, user_type: "hosting" } }),
    { hosting: true, vpn: false, astype: "hosting" },
  );
  assert.deepEqual(known({ is_public_proxy: false, is_residential_proxy: true }), { proxy: true });
  assert.deepEqual(known({ country: "FR", asn: "AS64500", hosting: "" }), {
    country: "FR",
    asnum: 64500,
    hosting: false,
  });
  assert.deepEqual(known({ anonymous: { is_vpn: true, name: "Example" }, is_hosting: false }), {
    hosting: false,
    vpn: true,
    service: "Example",
  });
  assert.deepEqual(known({ country: 1, city: [], asn: "no number", tor: 7, latitude: "x" }), {});
});

test("more needs than a request may have are not answered", async () => {
  const needs = Array.from({ length: 20 }, () => ({ kind: "ip", ip: CLIENT }));
  const found = await answers(outside({ ip: () => ({}) }), needs);
  assert.deepEqual(found, [...Array(16).fill({}), ...Array(4).fill({ error: "overloaded" })]);
});
