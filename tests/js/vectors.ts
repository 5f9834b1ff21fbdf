// Vectors on the package's wasm, wherever that runs: no host's modules, data in, words out.
// The format is told in tests/native/lib.rs.

import type { commands } from "../../bindings-js/dist/commands.js";

interface Vector {
  name: string;
  policy?: string;
  dry_run?: boolean;
  secret?: string;
  traffic: string[];
  replies?: string[];
  expect?: string[];
  exact?: string[];
  explain?: string[];
  log?: string[];
  headers?: string[];
  accept?: string;
  respond?: string[];
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

/** Every vector, and what its failures are compared with. */
export interface Vectors {
  /** Files by name without ending. */
  files: Record<string, File>;
  failures: ExpectedFailure[];
  /** Every pack of the product, as base64. */
  packs: string[];
  /** The package's. */
  version: string;
}

/** What came of all of them. */
export interface Outcome {
  count: number;
  failing: number;
  wrong: string[];
}

/** The shell that can replay. */
export type Shell = ReturnType<typeof commands>;

/** What is tested. */
interface Product {
  shell: Shell;
  packs: Uint8Array[];
  /** Made once: reading the packs takes longer than a vector. */
  options: Map<string, InstanceType<Shell["EngineOptions"]>>;
}

const binary = (text: string) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

const bytes = (text: string) => new TextEncoder().encode(text);
const told = (place: string, found: unknown, wanted: unknown) =>
  `${place}\n   found ${JSON.stringify(found)}\nexpected ${JSON.stringify(wanted)}`;

/** Runs every vector. */
export function runAll({ files, failures, packs, version }: Vectors, shell: Shell): Outcome {
  const product: Product = { shell, packs: packs.map(binary), options: new Map() };
  const listed = new Set(
    failures
      .filter(({ runner = "wasm" }) => runner === "wasm")
      .map(({ file, name }) => `${file}: ${name}`),
  );
  const failing = listed.size;
  const wrong: string[] = [];
  let count = 0;
  const unversioned = (text: string) => text.replace(`doorward/${version} `, "doorward/VERSION ");
  for (const [file, contents] of Object.entries(files)) {
    for (const [name, difference] of differences(contents, product, unversioned)) {
      count++;
      const title = `${file}: ${name}`;
      const known = listed.delete(title);
      if (difference === undefined && known) wrong.push(`${title}: listed as failing, passes`);
      if (difference !== undefined && !known) wrong.push(`${title}: ${difference}`);
    }
  }
  for (const title of listed) wrong.push(`${title}: listed as failing, not found`);
  if (count === 0) wrong.push("no vectors");
  return { count, failing, wrong };
}

/** The line that a runner prints, or the words with which it fails. */
export function report(runner: string, { count, failing, wrong }: Outcome): string {
  if (wrong.length > 0) {
    throw new Error(
      `vectors ${runner}: ${wrong.length} of ${count} fail:\n\n${wrong.join("\n\n")}`,
    );
  }
  return `vectors ${runner}: ${count - failing} hold, ${failing} expected failures`;
}

function* differences(
  { policy = "", vector = [], error = [] }: File,
  product: Product,
  unversioned: (text: string) => string,
): Generator<[string, string | undefined]> {
  for (const entry of vector) {
    const work = () => run(entry, entry.policy ?? policy, product, unversioned);
    yield [entry.name, attempt(work)];
  }
  for (const entry of error) {
    yield [entry.name, attempt(() => refuse(entry, entry.policy ?? policy, product))];
  }
}

function attempt(work: () => string | undefined): string | undefined {
  try {
    return work();
  } catch (error) {
    return (error as Error).message;
  }
}

function replay(product: Product, policy: string, vector?: Vector) {
  return new product.shell.Replay(policy, undefined, optionsOf(product, vector));
}

function optionsOf({ shell, packs, options }: Product, vector?: Vector) {
  const name = JSON.stringify([vector?.dry_run === true, vector?.secret]);
  const known = options.get(name);
  if (known) return known;
  const made = new shell.EngineOptions();
  for (const pack of packs) made.pack(pack);
  if (vector?.dry_run) made.dry_run();
  if (vector?.secret !== undefined) made.log_secret(bytes(vector.secret));
  options.set(name, made);
  return made;
}

/** What is wrong with a vector, if anything. */
function run(
  vector: Vector,
  policy: string,
  product: Product,
  unversioned: (text: string) => string,
): string | undefined {
  const { shell } = product;
  const { replies = [] } = vector;
  const { traffic, expect = [], exact = [], explain = [], log = [] } = vector;
  const { headers = [], accept = "", respond = [] } = vector;
  const lists = [replies, expect, exact, explain, log, headers, respond];
  if (lists.some((list) => list.length > 0 && list.length !== traffic.length)) {
    return `expected ${traffic.length} of each, as there are lines`;
  }
  if (expect.length === 0 && exact.length === 0) return "expects nothing";
  const engine = replay(product, policy, vector);
  for (const [index, line] of traffic.entries()) {
    const place = `traffic:${index + 1}`;
    const pushed = engine.push(place, bytes(line), replies[index]);
    if (!pushed?.startsWith("D")) return `${place}: no decision`;
    const [decision = "", logged = ""] = pushed.slice(1).split("\n");
    const texts = [
      [exact, unversioned(decision)],
      [explain, JSON.parse(shell.explain(decision)).summary],
      [log, unversioned(logged)],
      [headers, shell.headers(bytes(decision))],
      [respond, shell.respond(decision, accept)],
    ] as const;
    for (const [list, found] of texts) {
      const wanted = list[index];
      if (wanted !== undefined && found !== wanted) return told(`${place}:`, found, wanted);
    }
    for (const [path, wanted] of Object.entries(JSON.parse(expect[index] ?? "{}"))) {
      const found = at(JSON.parse(decision), path);
      if (!equal(found, wanted)) return told(`${place}: ${path}`, found, wanted);
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

/** Whether two JSON values are one, whatever the order of members. */
function equal(one: unknown, other: unknown): boolean {
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) {
    return one === other;
  }
  const members = Object.entries(one);
  return (
    Array.isArray(one) === Array.isArray(other) &&
    members.length === Object.keys(other).length &&
    members.every(([name, value]) => Object.hasOwn(other, name) && equal(value, at(other, name)))
  );
}

/** What a refusal said instead, if it is not what it should say. */
function refuse({ line, message }: Refusal, policy: string, product: Product): string | undefined {
  const said = (() => {
    try {
      const engine = replay(product, policy);
      if (line === undefined) return "(the policy compiled)";
      engine.push("traffic:1", bytes(line), undefined);
      return "(the line was read)";
    } catch (error) {
      return (error as Error).message;
    }
  })();
  return said === message ? undefined : told("", said, message);
}
