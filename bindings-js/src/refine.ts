/** A second opinion on a decision, with what the application has learnt since. */

import type { Context } from "./context.js";
import type { Decision } from "./decision.js";

/**
 * The decision reconsidered: softer where what the application knows speaks for the client, never
 * harder unless the policy's `refine` says so. `context` is put over the one that `protect` was
 * given, field by field. The first decision stays readable: its conclusion, reason and results are
 * those of `toJSON()`, and `conclusion`, `isDenied()` and `isChallenged()` are the second opinion's.
 *
 * A ward whose policy has `refine` has heard it already, with the request and with how the client
 * behaved; here are only the rules' results and the context. Quotas that a denied request did not
 * take are not taken now, so such a request softens to CHALLENGE at most.
 */
export function refine(decision: Decision, context: Context = {}): Decision {
  return decision.refine(context);
}
