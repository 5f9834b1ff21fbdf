/**
 * Presets: the rules that a route of its kind wants, with defaults.
 *
 * A preset is a composition and nothing more: what it returns are canonical rules, and the
 * policy knows only those. Every part can be set, or left out with `false`. Counted are the
 * client's address, the mailbox however it is written (`email.canonical`), its domain (known
 * providers are not counted), the network around the address, the device and the means of
 * payment. A count of what clients claim or share only challenges (law 8): whoever hammers
 * somebody's mailbox does not lock its owner out. Mailbox and address together deny.
 */

import type { Mode } from "./decision.js";
import {
  type DetectBotOptions,
  detectBot,
  type SlidingWindowOptions,
  slidingWindow,
  type ValidateEmailOptions,
  validateEmail,
} from "./generated/rules.js";
import type { Duration, FactOf, Rule } from "./rules.js";

/** So many in so much time. */
export interface Rate {
  readonly interval: Duration;
  readonly max: number;
}

/** How often one of them may come; `false` does not count it. */
export interface Velocity {
  /** The mailbox, wherever the requests come from: a CHALLENGE beyond. */
  readonly mailbox?: Rate | false;
  /** The mailbox from one address: a DENY beyond. */
  readonly pair?: Rate | false;
  /** The mailbox's domain, known providers aside: a CHALLENGE beyond. */
  readonly domain?: Rate | false;
  /** The network around the address, IPv4 by /24, IPv6 by /64: a CHALLENGE beyond. */
  readonly network?: Rate | false;
  /** `context.device.id`, where the application knows it: a DENY beyond. */
  readonly device?: Rate | false;
  /** `context.payment.fingerprint`, where the application knows it: a DENY beyond. */
  readonly payment?: Rate | false;
}

/** Options of every preset. */
export interface PresetOptions<C extends readonly string[] = readonly string[]> {
  /** Of every rule that does not set its own. */
  readonly mode?: Mode;
  /** Bots; default: every detected one is denied. */
  readonly bots?: DetectBotOptions | false;
  /** The address in `context.email`. */
  readonly email?: ValidateEmailOptions | false;
  /** Requests of one address, or of other characteristics. */
  readonly rateLimit?: (SlidingWindowOptions & { readonly characteristics?: C }) | false;
  /** What else is counted; `false`: nothing. */
  readonly velocity?: Velocity | false;
}

/** Options of {@link protectSignup}. */
export type ProtectSignupOptions<C extends readonly string[] = readonly string[]> =
  PresetOptions<C>;

interface Defaults {
  readonly name: string;
  readonly email: ValidateEmailOptions | false;
  readonly rateLimit: Rate;
  readonly velocity: Velocity;
}

type Rules<C extends readonly string[] = readonly []> = readonly (
  | Rule<"email">
  | Rule<FactOf<C[number]>>
)[];

const rate = (max: number, interval: Duration): Rate => ({ interval, max });

const KEYS: Readonly<Record<keyof Velocity, readonly string[]>> = {
  mailbox: ["email.canonical"],
  pair: ["email.canonical", "ip.src"],
  domain: ["email.domain"],
  network: ["ip.src.network"],
  device: ["device.id"],
  payment: ["payment.fingerprint"],
};

function made<C extends readonly string[]>(
  defaults: Defaults,
  options: PresetOptions<C>,
): Rules<C> {
  const { bots = { allow: [] }, email = defaults.email, rateLimit = defaults.rateLimit } = options;
  const { velocity = {} } = options;
  const id = (part: string) => `${defaults.name}-${part}`;
  const mode = options.mode === undefined ? {} : { mode: options.mode };
  const rules: unknown[] = [];
  if (bots !== false) rules.push(detectBot({ id: id("bots"), ...mode, ...bots }));
  if (email !== false) rules.push(validateEmail({ id: id("email"), ...mode, ...email }));
  if (rateLimit !== false) rules.push(slidingWindow({ id: id("address"), ...mode, ...rateLimit }));
  for (const [part, characteristics] of Object.entries(KEYS)) {
    const own = velocity === false ? false : velocity[part as keyof Velocity];
    const limit = own ?? defaults.velocity[part as keyof Velocity];
    if (!limit) continue;
    const { interval, max } = limit;
    const key = { characteristics, fallback: false };
    rules.push(slidingWindow({ id: id(part), ...mode, interval, max, ...key }));
  }
  return rules as Rules<C>;
}

const SIGNUP: Defaults = {
  name: "signup",
  email: { deny: ["INVALID", "DISPOSABLE", "NO_MX_RECORDS"] },
  rateLimit: rate(10, "10m"),
  velocity: {
    mailbox: rate(5, "1h"),
    domain: rate(20, "1h"),
    network: rate(30, "10m"),
    device: rate(5, "24h"),
    payment: rate(5, "24h"),
  },
};

/**
 * For sign-up forms: bots, addresses that nobody keeps or that take no mail, and how many
 * accounts come from one address, mailbox, domain, network, device and means of payment.
 * Denies `DISPOSABLE` addresses by default, which needs the pack `doorward/email-data`.
 */
export function protectSignup<const C extends readonly string[] = readonly []>(
  options: ProtectSignupOptions<C> = {},
): Rules<C> {
  return made(SIGNUP, options);
}

const LOGIN: Defaults = {
  name: "login",
  email: false,
  rateLimit: rate(30, "10m"),
  velocity: {
    mailbox: rate(20, "15m"),
    pair: rate(10, "15m"),
    network: rate(100, "10m"),
    device: rate(20, "15m"),
  },
};

/**
 * For login forms: bots, many attempts at one account, many accounts from one place. An
 * account is known by the `email` that the client claims; pass no user id that was only
 * looked up by it as a fact.
 */
export function protectLogin<const C extends readonly string[] = readonly []>(
  options: PresetOptions<C> = {},
): Rules<C> {
  return made(LOGIN, options);
}

const PASSWORD_RESET: Defaults = {
  name: "password-reset",
  email: { deny: ["INVALID"] },
  rateLimit: rate(10, "1h"),
  velocity: {
    mailbox: rate(5, "1h"),
    pair: rate(3, "1h"),
    domain: rate(30, "1h"),
    network: rate(30, "1h"),
    device: rate(5, "1h"),
  },
};

/** For forms that send a link to a mailbox: it is not flooded, and its owner still gets one. */
export function protectPasswordReset<const C extends readonly string[] = readonly []>(
  options: PresetOptions<C> = {},
): Rules<C> {
  return made(PASSWORD_RESET, options);
}

const CHECKOUT: Defaults = {
  name: "checkout",
  email: false,
  rateLimit: rate(20, "10m"),
  velocity: {
    mailbox: rate(20, "1h"),
    network: rate(100, "1h"),
    device: rate(20, "1h"),
    payment: rate(10, "1h"),
  },
};

/** For checkouts: bots, and cards that are tried out one after the other. */
export function protectCheckout<const C extends readonly string[] = readonly []>(
  options: PresetOptions<C> = {},
): Rules<C> {
  return made(CHECKOUT, options);
}
