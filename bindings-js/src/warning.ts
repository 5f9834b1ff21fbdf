/** What the ward has to say to the people who run it: once each, to one place. */

import { shared } from "./shared.js";

/** Something worth knowing. */
export interface Warning {
  /** What it is about; stable. */
  readonly code:
    | "no_mode"
    | "undetermined"
    | "fault"
    | "request"
    | "store"
    | "log"
    | "secret"
    | "many_wards";
  /** One or two sentences. */
  readonly message: string;
  /** The error behind it, if there is one. */
  readonly cause?: unknown;
}

/** Where warnings go. */
export type WarningSink = (warning: Warning) => void;

const MAX_SAID = 512;

/**
 * Passes a warning on. The first time, and then each time the count of the same
 * `key` doubles: nothing is swallowed and nothing floods a log.
 */
export function warn(sink: WarningSink | undefined, key: string, warning: Warning): void {
  const { said } = shared();
  const listener: object = sink ?? said;
  const counts = said.get(listener) ?? new Map<string, number>();
  said.set(listener, counts);
  const count = (counts.get(key) ?? 0) + 1;
  if (count === 1 && counts.size >= MAX_SAID) return;
  counts.set(key, count);
  const repeats = warning.code === "fault" || warning.code === "store";
  if (count > 1 && (!repeats || (count & (count - 1)) !== 0)) return;
  const message = count > 1 ? `${warning.message} (${count} times so far)` : warning.message;
  try {
    if (sink) sink({ ...warning, message });
    else if (warning.code === "fault") console.error(`doorward: ${message}`, warning.cause ?? "");
    else console.warn(`doorward: ${message}`);
  } catch {
    // a sink that throws must not change a decision
  }
}
