/** `doorward replay`: recorded traffic through a policy. Reads and writes files; the core does the rest. */

import { createReadStream, createWriteStream } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import type { Writable } from "node:stream";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { createGunzip } from "node:zlib";
import { BadInput } from "./cli.js";
import { environmentSecret, isDryRun } from "./environment.js";
import { Instance } from "./instance.js";
import { isRedisUrl, type ReplayStore, replayStore } from "./redis/replay.js";

export const REPLAY_HELP = `Usage: doorward replay TRAFFIC... --policy FILE [--against FILE] [--out FILE]
                       [--log FILE] [--store memory|redis://HOST:PORT]

Runs every line of recorded traffic (JSON Lines or HAR, optionally gzip) through
a policy in file order. Decision lines go to stdout or --out, a summary to stderr.

  --policy FILE    canonical policy JSON, or a .js, .mjs or .ts module that exports the ward
  --against FILE   a second policy for the same traffic; the summary compares them
  --out FILE       where decision lines go
  --log FILE       where decision-log lines go; identities are HMACs under DOORWARD_SECRET
  --store memory   where limits are kept, or redis://HOST:PORT (with ioredis or redis installed);
                   a run counts under keys of its own
`;

const OPTIONS = {
  policy: { type: "string" },
  against: { type: "string" },
  out: { type: "string" },
  log: { type: "string" },
  store: { type: "string", default: "memory" },
} as const;

/** Runs the command; returns the exit code. */
export async function replay(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsed(args);
  if (values.policy === undefined) throw usage("found no --policy, expected --policy FILE");
  if (positionals.length === 0) throw usage("found no traffic, expected at least one file");
  if (values.store !== "memory" && !isRedisUrl(values.store)) {
    throw usage(`found --store ${values.store}, expected memory or redis://HOST:PORT`);
  }

  const store = isRedisUrl(values.store) ? await replayStore(values.store) : undefined;
  try {
    return await run({ ...values, policy: values.policy }, positionals, store);
  } finally {
    process.stderr.write(store?.end() ?? "");
  }
}

type Values = ReturnType<typeof parsed>["values"] & { readonly policy: string };

async function run(
  values: Values,
  positionals: readonly string[],
  store: ReplayStore | undefined,
): Promise<number> {
  const { shell } = Instance.current();
  const options = new shell.EngineOptions();
  if (isDryRun()) options.dry_run();
  if (values.log !== undefined) options.log_secret(new TextEncoder().encode(logSecret()));
  const policy = await policyOf(values.policy);
  const against = values.against === undefined ? undefined : await policyOf(values.against);
  // each alone first, so that an error names its file
  for (const [file, text] of [
    [values.policy, policy],
    [values.against, against],
  ] as const) {
    if (file !== undefined)
      located(`${file}:1`, () => new shell.Replay(text ?? "", undefined, options)).free();
  }
  if (store) options.store_secret(store.secret);
  const engine = new shell.Replay(policy, against, options);
  const out = new Output(values.out);
  const log = values.log === undefined ? undefined : new Output(values.log);
  const timings = new Timings();
  const progress = new Progress();
  try {
    for (const file of positionals) {
      let number = 0;
      for await (const line of linesOf(file)) {
        const place = `${file}:${++number}`;
        const start = process.hrtime.bigint();
        let answer = located("", () => engine.push(place, line, undefined));
        if (store && answer?.startsWith("N")) {
          const replies = await store.answer(answer.slice(1));
          answer = located("", () => engine.push(place, line, replies));
        }
        timings.add(Number(process.hrtime.bigint() - start));
        if (answer === undefined) continue;
        const [decision, logged] = answer.slice(1).split("\n");
        await out.line(decision ?? "");
        if (log && logged !== undefined) await log.line(logged);
        progress.tick();
      }
    }
  } finally {
    // what was decided before bad input is not lost
    progress.end();
    await out.end();
    await log?.end();
  }
  process.stderr.write(engine.summary(timings.nanos()));
  return 0;
}

const usage = (what: string) => new BadInput(`doorward replay: ${what}; see --help`);

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw usage((error as Error).message);
  }
}

function logSecret(): string {
  const secret = environmentSecret();
  if (secret !== undefined) return secret;
  process.stderr.write(
    "doorward replay: DOORWARD_SECRET is not set, so identities in this log match no other log\n",
  );
  return crypto.randomUUID();
}

/** Runs a call of the engine; what it throws is bad input at a place. */
function located<T>(place: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "Error") throw error;
    throw new BadInput(place === "" ? error.message : `${place}: ${error.message}`);
  }
}

const MODULES = new Set([".js", ".mjs", ".cjs", ".ts", ".mts"]);

/** The text of a policy: of a file, or of the ward that a module exports. */
async function policyOf(file: string): Promise<string> {
  try {
    if (!MODULES.has(extname(file))) return await readFile(file, "utf8");
    const found = await import(pathToFileURL(resolve(file)).href);
    const ward = [found.default, found.ward, ...Object.values(found)].find(
      (value) => typeof value?.toJSON === "function" && typeof value.protect === "function",
    );
    if (ward !== undefined) return JSON.stringify(ward);
  } catch (error) {
    throw new BadInput(`${file}:1: ${(error as Error).message}, expected a policy`);
  }
  throw new BadInput(`${file}:1: found no export that is a ward, expected one made by doorward()`);
}

/** What a HAR file begins with, and how many bytes of it are looked at. */
const HAR = /^(\u00ef\u00bb\u00bf)?\s*\{\s*"log"\s*:\s*\{/;
const HEAD = 320;

/** The traffic lines of a file, without their newlines; HAR is known by its name or its first bytes. */
async function* linesOf(file: string): AsyncGenerator<Uint8Array> {
  const parts = bytesOf(file);
  const first: Uint8Array[] = [];
  for (let length = 0; length < HEAD; ) {
    const { value } = await parts.next();
    if (value === undefined) break;
    first.push(value);
    length += value.length;
  }
  const head = Buffer.concat(first);
  if (/\.har(\.gz)?$/i.test(file) || HAR.test(head.toString("latin1", 0, HEAD))) {
    yield* harLines(file, head, parts);
    return;
  }
  let rest: Uint8Array[] = [];
  for await (const part of chain(head, parts)) {
    let from = 0;
    for (let at = part.indexOf(10); at >= 0; at = part.indexOf(10, from)) {
      const end = part.subarray(from, at);
      yield rest.length === 0 ? end : Buffer.concat([...rest, end]);
      rest = [];
      from = at + 1;
    }
    if (from < part.length) rest.push(part.subarray(from));
  }
  if (rest.length > 0) yield Buffer.concat(rest);
}

async function* harLines(file: string, head: Uint8Array, parts: AsyncIterable<Uint8Array>) {
  const all: Uint8Array[] = [head];
  for await (const part of parts) all.push(part);
  const har = Buffer.concat(all);
  const text = har.indexOf("\u{feff}") === 0 ? har.subarray(3) : har;
  const { shell } = Instance.current();
  for (const line of located(`${file}:1`, () => shell.har_lines(text))) yield Buffer.from(line);
}

async function* chain(head: Uint8Array, parts: AsyncIterable<Uint8Array>) {
  yield head;
  yield* parts;
}

/** The bytes of a file, unzipped where its first two say gzip. */
async function* bytesOf(file: string): AsyncGenerator<Uint8Array, undefined> {
  try {
    const zipped = await isZipped(file);
    const source = createReadStream(file);
    yield* zipped ? source.compose(createGunzip()) : source;
  } catch (error) {
    throw new BadInput(`${file}:1: ${(error as Error).message}, expected a readable file`);
  }
}

async function isZipped(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
}

const CHUNK = 1 << 16;

/** Lines to a file or stdout, in chunks. */
class Output {
  readonly #stream: Writable;
  #failure: Error | undefined;
  #text = "";

  constructor(file: string | undefined) {
    this.#stream = file === undefined ? process.stdout : createWriteStream(file);
    this.#stream.on("error", (error: NodeJS.ErrnoException) => {
      // a reader such as `head` that has seen enough is no failure
      if (file === undefined && error.code === "EPIPE") process.exit(0);
      this.#failure = new BadInput(
        `${file ?? "stdout"}:1: ${error.message}, expected a writable file`,
      );
    });
  }

  async line(text: string): Promise<void> {
    this.#text += `${text}\n`;
    if (this.#text.length >= CHUNK) await this.#flush();
  }

  async end(): Promise<void> {
    await this.#flush();
    if (this.#stream === process.stdout) return;
    await new Promise<void>((resolve) => {
      this.#stream.once("close", resolve);
      this.#stream.end();
    });
    if (this.#failure) throw this.#failure;
  }

  async #flush(): Promise<void> {
    const text = this.#text;
    this.#text = "";
    await new Promise<void>((resolve) => this.#stream.write(text, () => resolve()));
    if (this.#failure) throw this.#failure;
  }
}

/** Nanoseconds of every line. */
class Timings {
  #nanos = new Uint32Array(4096);
  #count = 0;

  add(nanos: number): void {
    if (this.#count === this.#nanos.length) {
      const longer = new Uint32Array(this.#count * 2);
      longer.set(this.#nanos);
      this.#nanos = longer;
    }
    this.#nanos[this.#count++] = Math.min(nanos, 0xffffffff);
  }

  nanos(): Uint32Array {
    return this.#nanos.subarray(0, this.#count);
  }
}

/** How far it is, where somebody watches. */
class Progress {
  readonly #shown = process.stderr.isTTY === true;
  #lines = 0;
  #last = 0;

  tick(): void {
    this.#lines++;
    if (!this.#shown || this.#lines % 1000 !== 0) return;
    const now = Date.now();
    if (now - this.#last < 100) return;
    this.#last = now;
    process.stderr.write(`\r${this.#lines} lines`);
  }

  end(): void {
    if (this.#last > 0) process.stderr.write("\r\u001b[K");
  }
}
