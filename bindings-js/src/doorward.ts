/** The constructor: from options to a ward. */

import { Engine } from "./engine.js";
import { isDryRun, platform } from "./environment.js";
import { own } from "./marshal.js";
import {
  jsonOf,
  noSecret,
  onFaultOf,
  outsideOf,
  packsOf,
  processSecret,
  sayModes,
  secretOf,
  storeOf,
  type WardOptions,
} from "./options.js";
import type { FactOf, NeedsOf, RuleInput } from "./rules.js";
import { rememberAddresses } from "./sockets.js";
import { stepUpOf } from "./step-up.js";
import { Ward } from "./ward.js";
import { type WarningSink, warn } from "./warning.js";

/** Options that belong to this process rather than to the policy. */
const LOCAL = ["secret", "log", "onWarning", "onFault", "outside", "packs"] as const;

const MANY_WARDS = 100;

/** Makes a ward. Throws a `PolicyError` that names rule, field, found and allowed. */
export function doorward<
  const R extends readonly RuleInput[],
  const C extends readonly string[] = readonly [],
>(options: WardOptions<R, C>): Ward<NeedsOf<R> | FactOf<C[number]>> {
  const policy: Record<string, unknown> = { ...options };
  for (const name of LOCAL) delete policy[name];
  const rules = Array.isArray(policy.rules) ? policy.rules.flat() : policy.rules;
  policy.rules = rules;
  const store = storeOf(policy.store);
  if (store) delete policy.store;
  const log = own(options, "log") as WardOptions["log"];
  const onWarning = own(options, "onWarning") as WarningSink | undefined;
  const secret = secretOf(own(options, "secret"));
  const stepUp = stepUpOf(policy.stepUp, secret);
  if (stepUp) policy.stepUp = true;
  const engine = Engine.of(jsonOf(policy), {
    dryRun: isDryRun(),
    platform: platform(),
    storeSecret: store && (secret ?? noSecret()),
    storeProfiles: store?.profile !== undefined,
    logSecret: log && (secret ?? processSecret(onWarning)),
    packs: packsOf(own(options, "packs")),
  });
  sayModes(engine, onWarning);
  rememberAddresses();
  if (Engine.count() === MANY_WARDS) {
    warn(onWarning, "many_wards", {
      code: "many_wards",
      message: `this process holds ${MANY_WARDS} wards with different policies, each with a store of its own. Make wards once, outside of handlers, and use withRule inside.`,
    });
  }
  return new Ward({
    engine,
    store,
    outside: outsideOf(own(options, "outside")),
    stepUp,
    clock: Date.now,
    options: {
      ...(log && { log }),
      ...(onWarning && { onWarning }),
      onFault: onFaultOf(own(options, "onFault")),
    },
  });
}
