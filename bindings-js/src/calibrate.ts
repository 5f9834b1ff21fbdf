/** `doorward calibrate`: refine's calibration from a decision log. Reads and writes files; the core does the rest. */

import { parseArgs } from "node:util";
import { commands } from "./commands.js";
import { BadInput, linesOf, located, Output, Progress } from "./files.js";

export const CALIBRATE_HELP = `Usage: doorward calibrate LOG... --max-false-positives P [--out FILE]

Fits refine to the application's own decision log (JSON Lines, optionally gzip) with the
outcomes that were reported, joined by id. Writes a small JSON file, for the policy's
"refine": {"calibration": ...}, to stdout or --out: a table from margin to probability, and
the least margin from which anybody is stopped, such that of the requests that turned out
well at most the share P is. Exit code 1 where the log is too short for that, with how many
requests are lacking.

  --max-false-positives P   the share asked for, from 0 to 1
  --out FILE                where the file goes
`;

const OPTIONS = { "max-false-positives": { type: "string" }, out: { type: "string" } } as const;

/** Runs the command; returns the exit code. */
export async function calibrate(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsed(args);
  const asked = values["max-false-positives"];
  if (asked === undefined) throw usage("found no --max-false-positives, expected a number");
  if (positionals.length === 0) throw usage("found no log, expected at least one");
  const shell = commands();
  const engine = located("doorward calibrate", () => new shell.Calibrate(asked));
  const progress = new Progress();
  try {
    for (const file of positionals) {
      let number = 0;
      for await (const line of linesOf(file)) {
        located("", () => engine.push(`${file}:${++number}`, line));
        progress.tick();
      }
    }
  } finally {
    progress.end();
  }
  const [words = "", found] = engine.finish().split("\n");
  process.stderr.write(`${words}\n`);
  if (found === undefined) return 1;
  const out = new Output(values.out);
  await out.line(found);
  await out.end();
  return 0;
}

const usage = (what: string) => new BadInput(`doorward calibrate: ${what}; see --help`);

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw usage((error as Error).message);
  }
}
