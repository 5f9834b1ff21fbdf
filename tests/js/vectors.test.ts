// Every vector through the package's wasm. The format is told in tests/native/lib.rs.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { parse } from "smol-toml";
import { Instance } from "../../bindings-js/dist/instance.js";
import packaged from "../../bindings-js/package.json" with { type: "json" };

interface Vector {
  name: string;
  policy?: string;
  dry_run?: boolean;
  secret?: string;
  traffic: string[];
  expect?: string[];
  exact?: string[];
  explain?: string[];
  log?: string[];
}

interface Refusal {
  name: string;
  policy?: string;
  line?: string;
  message: string;
}

interface File {
  policy?: string;
  vector?: Vector[];
  error?: Refusal[];
}

interface ExpectedFailure {
  runner?: string;
  file: string;
  name: string;
}

const VECTORS = join(import.meta.dirname, "../vectors");
const FAILURES = "expected-failures.toml";
const { shell } = Instance.current();

const read = (name: string) => parse(readFileSync(join(VECTORS, name), "utf8"));
const bytes = (text: string) => new TextEncoder().encode(text);
const unversioned = (text: string) =>
  text.replace(`doorward/${packaged.version} `, "doorward/VERSION ");
const told = (place: string, found: unknown, wanted: unknown) =>
  `${place}\n   found ${JSON.stringify(found)}\nexpected ${JSON.stringify(wanted)}`;

function replay(policy: string, vector?: Vector) {
  const options = new shell.EngineOptions();
  if (vector?.dry_run) options.dry_run();
  if (vector?.secret !== undefined) options.log_secret(bytes(vector.secret));
  return new shell.Replay(policy, undefined, options);
}

/** What is wrong with a vector, if anything. */
function run(vector: Vector, policy: string): string | undefined {
  const { traffic, expect = [], exact = [], explain = [], log = [] } = vector;
  if (
    [expect, exact, explain, log].some((list) => list.length > 0 && list.length !== traffic.length)
  ) {
    return `expected ${traffic.length} of each, as there are lines`;
  }
  if (expect.length === 0 && exact.length === 0) return "expects nothing";
  const engine = replay(policy, vector);
  for (const [index, line] of traffic.entries()) {
    const place = `traffic:${index + 1}`;
    const pushed = engine.push(place, bytes(line), undefined);
    if (!pushed?.startsWith("D")) return `${place}: no decision`;
    const [decision = "", logged = ""] = pushed.slice(1).split("\n");
    const texts = [
      [exact, unversioned(decision)],
      [explain, JSON.parse(shell.explain(decision)).summary],
      [log, unversioned(logged)],
    ] as const;
    for (const [list, found] of texts) {
      const wanted = list[index];
      if (wanted !== undefined && found !== wanted) return told(`${place}:`, found, wanted);
    }
    for (const [path, wanted] of Object.entries(JSON.parse(expect[index] ?? "{}"))) {
      const found = at(JSON.parse(decision), path);
      if (!isDeepStrictEqual(found, wanted)) return told(`${place}: ${path}`, found, wanted);
    }
  }
  return undefined;
}

/** What is at a path such as `results.0.reason`; null where nothing is. */
function at(value: unknown, path: string): unknown {
  let found = value;
  for (const name of path.split(".")) {
    const inside = typeof found === "object" && found !== null && Object.hasOwn(found, name);
    found = inside ? (found as Record<string, unknown>)[name] : null;
  }
  return found;
}

/** What a refusal said instead, if it is not what it should say. */
function refuse({ line, message }: Refusal, policy: string): string | undefined {
  const said = (() => {
    try {
      const engine = replay(policy);
      if (line === undefined) return "(the policy compiled)";
      engine.push("traffic:1", bytes(line), undefined);
      return "(the line was read)";
    } catch (error) {
      return (error as Error).message;
    }
  })();
  return said === message ? undefined : told("", said, message);
}

function* all({
  policy = "",
  vector = [],
  error = [],
}: File): Generator<[string, string | undefined]> {
  for (const entry of vector) yield [entry.name, attempt(() => run(entry, entry.policy ?? policy))];
  for (const entry of error)
    yield [entry.name, attempt(() => refuse(entry, entry.policy ?? policy))];
}

function attempt(work: () => string | undefined): string | undefined {
  try {
    return work();
  } catch (error) {
    return (error as Error).message;
  }
}

test("every vector holds", () => {
  const failures = (read(FAILURES).failure ?? []) as unknown as ExpectedFailure[];
  const listed = new Set(
    failures
      .filter(({ runner = "wasm" }) => runner === "wasm")
      .map(({ file, name }) => `${file}: ${name}`),
  );
  const failing = listed.size;
  const wrong: string[] = [];
  let count = 0;
  for (const file of readdirSync(VECTORS).sort()) {
    if (!file.endsWith(".toml") || file === FAILURES) continue;
    for (const [name, difference] of all(read(file) as unknown as File)) {
      count++;
      const title = `${basename(file, ".toml")}: ${name}`;
      const known = listed.delete(title);
      if (difference === undefined && known) wrong.push(`${title}: listed as failing, passes`);
      if (difference !== undefined && !known) wrong.push(`${title}: ${difference}`);
    }
  }
  for (const title of listed) wrong.push(`${title}: listed as failing, not found`);
  assert.equal(
    wrong.length,
    0,
    `${wrong.length} of ${count} vectors fail:\n\n${wrong.join("\n\n")}`,
  );
  assert.ok(count > 0, "no vectors");
  console.log(`vectors wasm: ${count - failing} hold, ${failing} expected failures`);
});
