/** `doorward scan`: lines of text through one detector. Reads and writes files; the core does the rest. */

import { parseArgs } from "node:util";
import { commands } from "./commands.js";
import emailData from "./email-data.js";
import { BadInput, linesOf, located, Output, Progress } from "./files.js";
import prompt from "./prompt.js";

export const SCAN_HELP = `Usage: doorward scan KIND FILE... [--field NAME] [--out FILE]

Looks at a field of text in every line of JSON Lines (optionally gzip) and writes a
line for each: {"id", "score", "verdict", ...} to stdout or --out.

  sensitive        e-mail addresses, card numbers, keys and their like, with their
                   places in code points: "spans": [{"start", "end", "type"}]
  email            addresses: "types" of INVALID, DISPOSABLE, FREE, ROLE, TYPO, and "suggest"
                   for a typo; the verdict is true for invalid and disposable ones
  prompt           prompt injection, with the window that weighs most in code points:
                   "start", "end", and "disguise" where the text had one

  --field NAME     the field to look at (text; email: email)
  --out FILE       where lines go
`;

const OPTIONS = { field: { type: "string" }, out: { type: "string" } } as const;

/** Runs the command; returns the exit code. */
export async function scan(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsed(args);
  const [kind, ...files] = positionals;
  if (kind === undefined) throw usage("found no KIND, expected one");
  if (files.length === 0) throw usage("found no file, expected at least one");
  const shell = commands();
  const options = new shell.EngineOptions();
  options.pack(emailData.bytes);
  options.pack(prompt.bytes);
  const engine = located("doorward scan", () => new shell.Scan(kind, values.field, options));
  const out = new Output(values.out);
  const progress = new Progress();
  try {
    for (const file of files) {
      let number = 0;
      for await (const line of linesOf(file)) {
        const place = `${file}:${++number}`;
        const answer = located("", () => engine.push(place, line));
        if (answer === undefined) continue;
        await out.line(answer);
        progress.tick();
      }
    }
  } finally {
    // what was found before bad input is not lost
    progress.end();
    await out.end();
  }
  return 0;
}

const usage = (what: string) => new BadInput(`doorward scan: ${what}; see --help`);

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw usage((error as Error).message);
  }
}
