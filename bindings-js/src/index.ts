/**
 * Doorward: decides, inside your process, which requests reach your code.
 *
 * ```ts
 * import doorward, { detectBot, shield, slidingWindow } from "doorward";
 *
 * const ward = doorward({
 *   rules: [
 *     shield({ mode: "LIVE" }),
 *     detectBot({ mode: "LIVE", allow: ["CATEGORY:SEARCH_ENGINE"] }),
 *     slidingWindow({ mode: "LIVE", interval: "60s", max: 100, characteristics: ["userId"] }),
 *   ],
 * });
 *
 * const decision = await ward.protect(request, { userId });
 * if (decision.isDenied()) return new Response(null, { status: 403 });
 * ```
 */

export type { PlainRequest } from "./adapters/plain.js";
export type { Action, Context, Fact, Outcome } from "./context.js";
export {
  type Actor,
  type Asker,
  type Conclusion,
  Decision,
  type DecisionLine,
  type Explanation,
  IpDetails,
  type IpDetailsLine,
  type Mode,
  Reason,
  type ReasonLine,
  type Refusal,
  type ResultLine,
  RuleResult,
} from "./decision.js";
export { doorward, doorward as default } from "./doorward.js";
export { PolicyError } from "./engine.js";
export * from "./generated/rules.js";
export type { WardOptions } from "./options.js";
export {
  canary,
  checkOutput,
  type OutputChecks,
  type OutputLeak,
  withCanary,
} from "./output.js";
export type { Limits } from "./outside/bounds.js";
export type { IpDatabase } from "./outside/ip.js";
export type { KeyOptions, KeySet } from "./outside/key.js";
export type { OutsideOptions } from "./outside/outside.js";
export type { Pack } from "./pack.js";
export {
  type PresetOptions,
  type ProtectSignupOptions,
  protectCheckout,
  protectLogin,
  protectPasswordReset,
  protectSignup,
  type Rate,
  type Velocity,
} from "./presets.js";
export {
  type RedactOptions,
  redact,
  redactStream,
  type SensitiveType,
  type Unredact,
} from "./redact.js";
export type {
  Duration,
  OnError,
  PlainRule,
  Rule,
  RuleInput,
  RuleOptions,
} from "./rules.js";
export type {
  StepUp,
  StepUpFacts,
  StepUpFailure,
  StepUpOptions,
  StepUpResult,
} from "./step-up.js";
export type { Limit, Observed, Profile, Store, Take, Taken } from "./store.js";
export { type FetchRequest, type NodeRequest, Ward, type WardRequest, type Work } from "./ward.js";
export type { Warning, WarningSink } from "./warning.js";
