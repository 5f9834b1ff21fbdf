/**
 * `make bench`: every bench in turn, each row as it comes, one table at the end. `--write` puts the
 * table into docs/benchmarks.md. A row that no bench printed, or a bench that fails, ends it with 1.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { createInterface } from "node:readline";
import { digits } from "./js/row.mjs";

const here = new URL(".", import.meta.url);
const root = new URL("..", here);
const targets = JSON.parse(readFileSync(new URL("targets.json", here), "utf8"));

const node = (name) => ["node", `benches/js/${name}.mjs`];
const cargo = (name) => [
  "cargo",
  ..."bench --quiet --locked --package doorward-benches --bench".split(" "),
  name,
];
const BENCHES = [
  cargo("decide"),
  cargo("store"),
  cargo("shield"),
  cargo("prompt"),
  cargo("refine"),
  cargo("sensitive"),
  node("sizes"),
  node("cold"),
  node("protect"),
  node("ratelimit"),
  node("arcjet"),
  node("native"),
  node("texts"),
  node("refine"),
  node("servers"),
  node("memory"),
  ["python", "benches/python/added.py"],
];

/** Runs one bench; rows to `take`, other lines to stderr. */
async function run([command, ...args], take) {
  const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith("{")) take(JSON.parse(line));
    else console.error(line);
  }
  const [code] = await ended;
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}`);
}

/** Whether a value reaches `≤ 30` or `≥ 0.9`. */
function reaches(value, bound) {
  const [sign, text] = bound.split(" ");
  return sign === "≤" ? value <= Number(text) : value >= Number(text);
}

function cells({ row, measure, unit, must, aim }) {
  const found = rows.get(row);
  if (!found) return [measure, "not measured", "", "", must + unit, aim + unit, "no"];
  const { value, ours, peers = "" } = found;
  const holds = reaches(value, aim) ? "yes, aim" : reaches(value, must) ? "yes" : "no";
  return [measure, ours, peers, digits(value) + unit, must + unit, aim + unit, holds];
}

const HEAD = ["measure", "ours", "beside", "result", "must", "aim", "holds"];

function table() {
  const lines = [HEAD, HEAD.map(() => "---"), ...targets.map(cells)];
  return lines.map((line) => `| ${line.join(" | ")} |`).join("\n");
}

const rows = new Map();
const failed = [];
for (const bench of BENCHES) {
  await run(bench, (found) => {
    const target = targets.find(({ row }) => row === found.row);
    if (!target) throw new Error(`targets.json has no row ${found.row}`);
    rows.set(found.row, found);
    console.error(cells(target).join(" | "));
  }).catch((error) => failed.push(error.message));
}

console.log(`\n${table()}`);
for (const message of failed) console.error(message);
const missing = targets.filter(({ row }) => !rows.has(row));
if (failed.length > 0 || missing.length > 0) process.exitCode = 1;

if (process.argv.includes("--write")) {
  const page = new URL("docs/benchmarks.md", root);
  const [before, , after] = readFileSync(page, "utf8").split(/<!-- \/?measured -->/);
  const when = new Date().toISOString().slice(0, 10);
  const machine = `${when}, ${cpus().length} cores, shared; Node ${process.versions.node}.`;
  const measured = `\n${machine}\n\n${table()}\n`;
  writeFileSync(page, `${before}<!-- measured -->${measured}<!-- /measured -->${after}`);
}
