/** What a ward is made of, read from what the application hands in. */

import { type Engine, PolicyError } from "./engine.js";
import { environmentSecret } from "./environment.js";
import { Outside, type OutsideOptions } from "./outside/outside.js";
import type { Pack } from "./pack.js";
import type { OnError, RuleInput } from "./rules.js";
import { shared } from "./shared.js";
import type { StepUpOptions } from "./step-up.js";
import type { Store } from "./store.js";
import { type WarningSink, warn } from "./warning.js";

/** What mistakes cost for one action, in any one unit. */
export interface Costs {
  /** To block somebody who means well. */
  readonly falseBlock?: number;
  /** To let abuse pass. */
  readonly miss?: number;
  /** To ask somebody who means well for a step-up; `null` where there is none. */
  readonly stepUp?: number | null;
}

/** The second opinion on what rules conclude: it softens what would block good customers. */
export interface RefineOptions {
  /** `DRY_RUN` says what it would change and changes nothing. */
  readonly mode: "LIVE" | "DRY_RUN";
  /** It may make a CHALLENGE of what every rule let pass; default false. */
  readonly harden?: boolean;
  /** Names or ids of rules, and reason codes, whose conclusions stand. */
  readonly firm?: readonly string[];
  /** Costs by `context.action`; each action has defaults. */
  readonly actions?: Readonly<Record<string, Costs>>;
  /** What must hold where an expression does. */
  readonly invariants?: readonly {
    readonly when: string;
    readonly atMost?: OnError;
    readonly atLeast?: OnError;
  }[];
  /** The file that `doorward calibrate` wrote. */
  readonly calibration?: { readonly contract: string; readonly points: readonly number[] };
}

/** What a ward is made of: the keys of the canonical policy, and what belongs to this process. */
export interface WardOptions<
  R extends readonly RuleInput[] = readonly RuleInput[],
  C extends readonly string[] = readonly string[],
> {
  /** The rules, in the order in which results list them. */
  readonly rules: R;
  /** Whose requests limits count together, unless a rule says otherwise; default `ip.src`. */
  readonly characteristics?: C;
  /** Trusted proxies as addresses and CIDR ranges, or a number of hops. */
  readonly proxies?: readonly string[] | number;
  /** The platform whose edge names the client; default: recognised by its environment. */
  readonly platform?: "vercel" | "fly" | "render" | "cloudflare";
  /** Bounds of the embedded store, or a store that several machines share. */
  readonly store?: Store | { readonly maxBytes?: number };
  /** How much of a body is inspected, how long it may take, what a longer one means. */
  readonly body?: {
    readonly maxBytes?: number;
    readonly deadlineMs?: number;
    readonly oversize?: OnError;
  };
  /** Tables and weights that some rules need: `doorward/email-data`, `doorward/prompt`. */
  readonly packs?: readonly Pack[];
  /** Who is asked about names, addresses and keys, and how much. */
  readonly outside?: OutsideOptions;
  /**
   * The application can step up: `isDenied()` is then false for CHALLENGE. With options the ward
   * proves step-ups by tokens, see `ward.stepUp`.
   */
  readonly stepUp?: boolean | StepUpOptions;
  /** The second opinion, see `RefineOptions`; not asked if absent. */
  readonly refine?: RefineOptions;
  /** For the HMACs of store keys and logged identities; default `DOORWARD_SECRET`. */
  readonly secret?: string;
  /** Takes decision-log lines. */
  readonly log?: (line: string) => void;
  /** Takes warnings; default the console. */
  readonly onWarning?: WarningSink;
  /** What a request gets when the engine itself fails, twice; default `deny`. */
  readonly onFault?: OnError;
}

/** JSON of a policy; what JSON cannot say is an error rather than a silent gap. */
export function jsonOf(value: unknown): string {
  return JSON.stringify(value, (name, member: unknown) => {
    if (typeof member === "function" || typeof member === "symbol" || typeof member === "bigint") {
      throw new PolicyError(`policy: ${name}: found a ${typeof member}, expected JSON`);
    }
    return member;
  });
}

/** The store outside the process, if one is given. */
export function storeOf(store: unknown): Store | undefined {
  const take = (store as Partial<Store> | undefined)?.take;
  return typeof take === "function" ? (store as Store) : undefined;
}

const MIN_SECRET = 16;

const SECRET = `text of at least ${MIN_SECRET} characters`;

/** The secret given, or the environment's. */
export function secretOf(given: unknown): string | undefined {
  const secret = given ?? environmentSecret();
  if (secret === undefined) return undefined;
  if (typeof secret === "string" && secret.length >= MIN_SECRET) return secret;
  const found = typeof secret === "string" ? `${secret.length} characters` : typeof secret;
  throw new PolicyError(`policy: secret: found ${found}, expected ${SECRET}`);
}

/** A shared store without a secret. */
export function noSecret(): never {
  throw new PolicyError(
    `policy: secret: found nothing, expected ${SECRET}: the store's keys are HMACs under it`,
  );
}

/** A secret for the life of this process, shared by its copies of this package. */
export function processSecret(onWarning: WarningSink | undefined): string {
  warn(onWarning, "secret", {
    code: "secret",
    message: "no secret is set, so logged identities cannot be joined after a restart",
  });
  const home = shared();
  home.secret ??= crypto.randomUUID();
  return home.secret;
}

/** The packs given. */
export function packsOf(given: unknown): readonly Pack[] {
  if (given === undefined) return [];
  const packs = Array.isArray(given) ? (given as Partial<Pack>[]) : undefined;
  if (packs?.every((pack) => pack?.bytes instanceof Uint8Array)) return packs as Pack[];
  throw new PolicyError(
    `policy: packs: found ${packs ? "something else" : typeof given}, expected a list of packs, such as the default export of doorward/email-data`,
  );
}

/** Who is asked about the outside. */
export function outsideOf(given: unknown): Outside {
  try {
    return new Outside(given as OutsideOptions | undefined);
  } catch (error) {
    throw new PolicyError(`policy: outside: ${error instanceof Error ? error.message : error}`);
  }
}

/** What a request gets when the engine fails twice. */
export function onFaultOf(given: unknown): OnError {
  if (given === undefined) return "deny";
  if (given === "allow" || given === "challenge" || given === "deny") return given;
  throw new PolicyError(
    `policy: onFault: found ${JSON.stringify(given)}, expected "allow", "challenge" or "deny"`,
  );
}

/** Says once that a rule without a mode is a dry run. */
export function sayModes(engine: Engine, onWarning: WarningSink | undefined): void {
  for (const id of engine.modeless) {
    warn(onWarning, `no_mode:${id}:${engine.hash}`, {
      code: "no_mode",
      message: `rule "${id}" has no mode, so it is a DRY_RUN: it reports and never denies`,
    });
  }
}
