/**
 * Rule constructors: each returns the canonical rule object of the policy.
 *
 * The options and the constructors themselves are generated from the core's
 * table (`generated/rules.ts`); here is what they share; presets are in `presets.ts`.
 * Checks happen in the core when the ward is made, and name rule and field.
 */

import type { Mode } from "./decision.js";

/** Seconds, or text such as `"60s"`, `"1h30m"`. */
export type Duration = number | string;

/** What applies when a rule cannot judge. */
export type OnError = "allow" | "challenge" | "deny";

/** What every rule takes. */
export interface RuleOptions {
  /** `LIVE` counts, `DRY_RUN` only reports. A rule without a mode is a dry run. */
  readonly mode?: Mode;
  /** Unique in the policy; repeated in results and logs. Default: the rule's name. */
  readonly id?: string;
  /** What applies when it cannot judge. */
  readonly onError?: OnError;
}

declare const needs: unique symbol;

/** A canonical rule; `Needs` are the context fields that `protect` must be given for it. */
export interface Rule<Needs extends string = never> {
  readonly rule: string;
  readonly mode?: Mode;
  readonly id?: string;
  readonly onError?: OnError;
  readonly [option: string]: unknown;
  /** Only a type: nothing of that name exists. */
  readonly [needs]: () => Needs;
}

/** A rule as canonical JSON has it. */
export interface PlainRule extends RuleOptions {
  readonly rule: string;
  readonly [option: string]: unknown;
}

/** A rule, or several as a preset makes them. */
export type RuleInput = Rule<string> | PlainRule | readonly (Rule<string> | PlainRule)[];

/** The context fields that rules need. */
export type NeedsOf<R> = R extends { readonly [needs]: () => infer N extends string }
  ? N
  : R extends readonly (infer Item)[]
    ? NeedsOf<Item>
    : never;

/** The context field behind a characteristic; nothing for `ip.src` and `http.…`. */
export type FactOf<C> = C extends `ip.${string}` | `http.${string}`
  ? never
  : C extends `context["${infer Name}"]` | `context['${infer Name}']`
    ? HeadOf<Name>
    : C extends string
      ? HeadOf<C>
      : never;

/** Of a dotted path the first name; nothing where the compiler does not know the text. */
type HeadOf<C extends string> = string extends C
  ? never
  : C extends `${infer Head}.${string}`
    ? Head
    : C;

/** Context fields without which a rule has nothing to look at. */
interface Required {
  validateEmail: "email";
}

type NeedsOfName<N extends string> = N extends keyof Required ? Required[N] : never;

/** Options may be left out where none of them is required. */
type Arguments<O> = Partial<O> extends O ? [options?: O] : [options: O];

/** A constructor. Called by generated code only. */
export function rule<O extends RuleOptions, const N extends string>(
  name: N,
): (...options: Arguments<O>) => Rule<NeedsOfName<N>> {
  return (...[options]) => made(name, options);
}

/** A constructor of a rule with characteristics. Called by generated code only. */
export function keyed<O extends RuleOptions, const N extends string>(
  name: N,
): <const C extends readonly string[] = readonly []>(
  options: O & { readonly characteristics?: C },
) => Rule<NeedsOfName<N> | FactOf<C[number]>> {
  return (options) => made(name, options);
}

/** Plain JSON; what it needs is known to the compiler only. */
function made<Needs extends string>(name: string, options: object | undefined): Rule<Needs> {
  return { ...options, rule: name } as unknown as Rule<Needs>;
}
