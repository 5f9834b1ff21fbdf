/** `doorward replay`: recorded traffic through a policy. Reads and writes files; the core does the rest. */

import { readFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { commands } from "./commands.js";
import emailData from "./email-data.js";
import { environmentSecret, isDryRun } from "./environment.js";
import { BadInput, linesOf, located, Output, Progress } from "./files.js";
import prompt from "./prompt.js";
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
  const shell = commands();
  const options = new shell.EngineOptions();
  if (isDryRun()) options.dry_run();
  options.pack(emailData.bytes);
  options.pack(prompt.bytes);
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
        const [decision, ...logged] = answer.slice(1).split("\n");
        await out.line(decision ?? "");
        if (log) await log.line(logged.join("\n"));
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
