/**
 * The command line: which sub-command, and how it ends.
 *
 * Results go to stdout, words to stderr. Exit 0: done; 1: it does not hold;
 * 2: bad input, said as `FILE:LINE: what is wrong and what was expected`.
 */

import { CALIBRATE_HELP, calibrate } from "./calibrate.js";
import { BadInput } from "./files.js";
import { REPLAY_HELP, replay } from "./replay.js";
import { SCAN_HELP, scan } from "./scan.js";

interface Command {
  readonly summary: string;
  readonly help: string;
  run(args: readonly string[]): Promise<number>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  calibrate: {
    summary: "refine's calibration from a decision log",
    help: CALIBRATE_HELP,
    run: calibrate,
  },
  replay: { summary: "recorded traffic through a policy", help: REPLAY_HELP, run: replay },
  scan: { summary: "lines of text through one detector", help: SCAN_HELP, run: scan },
};

const HELP = `Usage: doorward COMMAND [ARGUMENTS]

Commands:
${Object.entries(COMMANDS)
  .map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`)
  .join("\n")}

doorward COMMAND --help says more.
`;

/** Runs a command line; returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    process.stdout.write(HELP);
    return name === undefined ? 2 : 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    const names = Object.keys(COMMANDS).join(", ");
    process.stderr.write(`doorward: found command "${printable(name)}", expected ${names}\n`);
    return 2;
  }
  if (rest.includes("--help") || rest.includes("-h")) {
    process.stdout.write(command.help);
    return 0;
  }
  try {
    return await command.run(rest);
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    process.stderr.write(`${printable(error.message)}\n`);
    return 2;
  }
}

/** Text from outside with what a terminal would obey written out: controls, bidi, surrogates. */
function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
