import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { gzipSync } from "node:zlib";

const dir = mkdtempSync(join(tmpdir(), "doorward-"));
after(() => rmSync(dir, { recursive: true }));

const BIN = join(import.meta.dirname, "../dist/bin.js");

function doorward(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], {
    cwd: dir,
    encoding: "utf8",
    env: { ...process.env, DOORWARD_SECRET: "0123456789abcdef" },
  });
  return { status, stdout, stderr };
}

function file(name: string, content: string | Buffer): string {
  writeFileSync(join(dir, name), content);
  return name;
}

const line = (id: number) =>
  JSON.stringify({
    id: `r${id}`,
    time: 1_800_000_000_000 + id,
    ip: "192.0.2.1",
    method: "GET",
    url: "/",
    headers: [["Host", "x"]],
  });
const lines = [1, 2, 3].map(line).join("\n");
const policy = (max: number) =>
  JSON.stringify({ version: 1, rules: [{ rule: "fixedWindow", mode: "LIVE", window: "1h", max }] });

const P2 = file("p2.json", policy(2));
const TRAFFIC = file("t.jsonl", `${lines}\n`);

const conclusions = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .map((decision) => {
      const { id, conclusion } = JSON.parse(decision);
      return `${id} ${conclusion}`;
    });

const EXPECTED = ["r1 ALLOW", "r2 ALLOW", "r3 DENY"];

test("replay: decision lines on stdout, a summary on stderr", () => {
  const run = doorward("replay", TRAFFIC, "--policy", P2);
  assert.equal(run.status, 0, run.stderr);
  assert.deepEqual(conclusions(run.stdout), EXPECTED);
  assert.match(run.stderr, /fixedWindow/);
});

test("replay: several files in order, gzip, CRLF, no last newline, --out, --log", () => {
  const half = file("half.jsonl", `${line(1)}\r\n${line(2)}`);
  const zipped = file("rest.jsonl.gz", gzipSync(line(3)));
  const run = doorward(
    "replay",
    half,
    zipped,
    "--policy",
    P2,
    "--out",
    "out.jsonl",
    "--log",
    "log.jsonl",
  );
  assert.equal(run.status, 0, run.stderr);
  assert.equal(run.stdout, "");
  assert.deepEqual(conclusions(readFileSync(join(dir, "out.jsonl"), "utf8")), EXPECTED);
  const log = readFileSync(join(dir, "log.jsonl"), "utf8");
  assert.equal(log.trimEnd().split("\n").length, 3);
  assert.ok(!log.includes("192.0.2.1"));
});

test("replay: a policy as the module that exports the ward", () => {
  const entry = JSON.stringify(new URL("../dist/index.js", import.meta.url).href);
  const code = `import doorward, { fixedWindow } from ${entry};
    export const ward = doorward({ rules: [fixedWindow({ mode: "LIVE", window: "1h", max: 2 })] });`;
  const run = doorward(
    "replay",
    TRAFFIC,
    "--policy",
    file("policy.mjs", code),
    "--against",
    file("p1.json", policy(1)),
  );
  assert.equal(run.status, 0, run.stderr);
  assert.deepEqual(conclusions(run.stdout), EXPECTED);
});

test("replay: HAR", () => {
  const entry = {
    startedDateTime: "2027-01-15T08:00:00.000Z",
    request: { method: "GET", url: "http://x/", headers: [{ name: "Host", value: "x" }] },
  };
  const run = doorward(
    "replay",
    file("t.har", JSON.stringify({ log: { entries: [entry, entry] } })),
    "--policy",
    P2,
  );
  assert.equal(run.status, 0, run.stderr);
  assert.equal(conclusions(run.stdout).length, 2);
});

test("replay: bad input is FILE:LINE and exit 2", () => {
  const cases: [args: string[], message: RegExp][] = [
    [[file("bad.jsonl", `${line(1)}\n{"ip": 1}\n`), "--policy", P2], /^bad\.jsonl:2: .*expected/],
    [[file("cut.jsonl", `${line(1)}\n{"ip": "1`), "--policy", P2], /^cut\.jsonl:2: /],
    [[file("bytes.jsonl", Buffer.from([0x7b, 0xff, 0x0a])), "--policy", P2], /^bytes\.jsonl:1: /],
    [["absent.jsonl", "--policy", P2], /^absent\.jsonl:1: .*expected/],
    [
      [file("cut.jsonl.gz", gzipSync(lines).subarray(0, 30)), "--policy", P2],
      /^cut\.jsonl\.gz:1: .*expected/,
    ],
    [[TRAFFIC, "--policy", "absent.json"], /^absent\.json:1: .*expected/],
    [[TRAFFIC, "--policy", file("p3.json", '{"rules":[],"x":1}')], /^p3\.json:1: .*x.*unknown key/],
    [[TRAFFIC, "--policy", P2, "--against", "p3.json"], /^p3\.json:1: /],
    [[TRAFFIC, "--policy", file("none.mjs", "export const x = 1;")], /^none\.mjs:1: .*expected/],
    [[TRAFFIC, "--policy", P2, "--out", "absent/out"], /^absent\/out:1: .*expected/],
    [[TRAFFIC], /--policy/],
    [["--policy", P2], /no traffic/],
    [[TRAFFIC, "--policy", P2, "--nonsense"], /nonsense/],
    [[TRAFFIC, "--policy", P2, "--store", "redis://x"], /--store/],
  ];
  for (const [args, message] of cases) {
    const run = doorward("replay", ...args);
    assert.match(run.stderr, message);
    assert.equal(run.status, 2, args.join(" "));
  }
});

test("help, and what is no command; terminal controls are written out", () => {
  assert.equal(doorward("--help").status, 0);
  assert.match(doorward("replay", "--help").stdout, /--policy/);
  assert.equal(doorward().status, 2);
  const run = doorward("\u001b[31m\u202e");
  assert.equal(run.status, 2);
  assert.ok(run.stderr.includes("\\u001b[31m\\u202e"));
});

test("scan: a line for a line, bad input by its place", () => {
  const file1 = file(
    "texts.jsonl",
    `${JSON.stringify({ id: "1", text: "é ana@example.com" })}\n\n${JSON.stringify({ id: "2", text: "none" })}`,
  );
  const run = doorward("scan", "sensitive", file1);
  assert.equal(run.status, 0, run.stderr);
  assert.equal(
    run.stdout,
    '{"id":"1","score":0.95,"verdict":true,"spans":[{"start":2,"end":17,"type":"EMAIL"}]}\n' +
      '{"id":"2","score":0,"verdict":false,"spans":[]}\n',
  );
  const wrong = doorward("scan", "sensitive", file1, "--field", "body");
  assert.equal(wrong.status, 2);
  assert.equal(wrong.stderr, "texts.jsonl:1: body: found nothing, expected text\n");
  assert.equal(doorward("scan", "nonsense", file1).status, 2);
});

test("calibrate: a file, or how much is lacking; bad input with its place", () => {
  const judged = (id: number) => JSON.stringify({ ...JSON.parse(line(id)), label: "legit" });
  const refined = { ...JSON.parse(policy(2)), refine: { mode: "LIVE" } };
  const replay = [
    "--policy",
    file("refined.json", JSON.stringify(refined)),
    "--log",
    "refined.log",
  ];
  const told = [1, 2, 3].map(judged).join("\n");
  assert.equal(doorward("replay", file("judged.jsonl", told), ...replay).status, 0);
  const fitted = doorward("calibrate", "refined.log", "--max-false-positives", "1");
  assert.equal(fitted.status, 0, fitted.stderr);
  assert.equal(JSON.parse(fitted.stdout).points.length, 41);
  assert.match(fitted.stderr, /^3 good requests and 0 of abuse\./);
  const short = doorward("calibrate", "refined.log", "--max-false-positives", "0.001");
  assert.equal(short.status, 1);
  assert.equal(short.stdout, "");
  assert.match(short.stderr, /more good requests with an outcome are needed/);
  for (const [asked, log, said] of [
    ["often", "refined.log", /^doorward calibrate: found --max-false-positives often/],
    ["0.1", file("bad.log", "\n{}"), /^bad\.log:2: id: found null, expected text/],
    ["0.1", "no.log", /^no\.log:1: /],
  ] as const) {
    const run = doorward("calibrate", log, "--max-false-positives", asked);
    assert.equal(run.status, 2, run.stderr);
    assert.match(run.stderr, said);
  }
});
