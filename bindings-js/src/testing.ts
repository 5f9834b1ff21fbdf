/** Failure drills and a clock for tests of an application's own policy. */

import { internals } from "./shared.js";
import type { Ward } from "./ward.js";

/**
 * The next decision of this ward fails inside the engine, on purpose: the
 * fault is reported, the wasm instance replaced, the request judged again, and
 * limits are as they were.
 */
export function failNext(ward: Ward<string>): void {
  ward[internals].engine.failNext();
}

/** The ward, and wards made from it by `withRule`, see this time instead of the machine's. */
export function setClock(ward: Ward<string>, clock: () => number): void {
  ward[internals].clock = clock;
}
