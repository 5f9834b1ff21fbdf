/**
 * What only commands call: replay, scan, calibrate, HAR.
 *
 * It is the module of every host with a few exports more, in an instance of its
 * own. A server never loads it.
 */

import { compiled } from "#commands";
import { type Bindings, instantiate } from "./wasm/generated/glue.js";

let shell: Bindings | undefined;

/** The shell with what only commands call. */
export function commands(): Bindings {
  shell ??= instantiate(compiled());
  return shell;
}
