/**
 * Proof that a user has stepped up: a token that is good for one session (or
 * user), one action and one origin, for a few minutes, once.
 *
 * The application decides what a step-up is (a passkey, a code by e-mail) and
 * issues a token when it is passed; whoever brings it may do that one thing.
 * A token is 72 bytes in base64url: a version (1), when it expires (7, in ms
 * since the Unix epoch), a nonce (16), what it is bound to (16) and an
 * HMAC-SHA-256 of all that (32). It names nobody: what it is bound to is an HMAC
 * too. The nonce is taken from a bucket of one in the ward's own store, so with
 * a store that several machines share a token is good once among all of them.
 *
 * `verify` is total: whatever a client sends is an answer, never an error. Where
 * the store cannot say whether the token was used, it does not count.
 */

import { PolicyError } from "./engine.js";
import { own } from "./marshal.js";
import { secretOf } from "./options.js";
import type { PlainRule } from "./rules.js";

/** How step-ups are proved. */
export interface StepUpOptions {
  /**
   * Text of at least 16 characters, or several: the first signs, all verify. Default: the ward's
   * `secret`, or `DOORWARD_SECRET`.
   */
  readonly secret?: string | readonly string[];
  /** How long a token is good for, 10 to 3600 seconds; default 300. */
  readonly ttlSeconds?: number;
}

/** What a token is bound to: a session, a user or both, and what they may do where. */
export interface StepUpFacts {
  readonly session?: string | undefined;
  readonly userId?: string | undefined;
  /** As in the context of `protect`: `checkout`, `token_create` … */
  readonly action: string;
  /** The origin that asks, such as `https://shop.example`. */
  readonly origin: string;
}

/** Why a token does not count. */
export type StepUpFailure =
  | "malformed"
  | "forged"
  | "bound_elsewhere"
  | "expired"
  | "used"
  | "unavailable";

/** What came of a token. `context` belongs into the context of `protect`. */
export type StepUpResult =
  | { readonly ok: true; readonly context: { readonly session: { readonly stepUpAgeSeconds: 0 } } }
  | { readonly ok: false; readonly reason: StepUpFailure };

/** Whether a nonce is used for the first time. */
export type Once = (nonce: string) => Promise<"fresh" | "used" | "unavailable">;

const VERSION = 1;
const NONCE = 16;
const BINDING = 16;
const SIGNED = 8 + NONCE + BINDING;
const TOKEN = /^[\w-]{96}$/;
const MIN_SECONDS = 10;
const MAX_SECONDS = 3600;
const encoder = new TextEncoder();

/** Issues and verifies tokens. */
export class StepUp {
  readonly #secrets: readonly string[];
  readonly #ttl: number;
  readonly #once: Once;
  readonly #clock: () => number;

  constructor({ secrets, ttl }: StepUpSetup, once: Once, clock: () => number) {
    this.#secrets = secrets;
    this.#ttl = ttl;
    this.#once = once;
    this.#clock = clock;
  }

  /**
   * A token for somebody who has just passed the application's step-up. Throws a `TypeError`
   * where it would be bound to nobody, to no action or to no origin.
   */
  async issue(facts: StepUpFacts): Promise<string> {
    const bound = boundTo(facts);
    const [secret] = this.#secrets;
    if (bound === undefined || secret === undefined) {
      throw new TypeError(
        "stepUp.issue: expected { session or userId, action, origin }, each of them text",
      );
    }
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
    return tokenOf(secret, bound, this.#clock() + this.#ttl, nonce);
  }

  /** Whether a token counts for this request; from then on it does not count again. */
  async verify(token: unknown, facts: StepUpFacts): Promise<StepUpResult> {
    if (typeof token !== "string" || !TOKEN.test(token)) return failed("malformed");
    const bytes = bytesOf(token);
    if (bytes[0] !== VERSION) return failed("malformed");
    const signed = bytes.subarray(0, SIGNED);
    let signer: string | undefined;
    for (const secret of this.#secrets) {
      if (same(await signatureOf(secret, signed), bytes.subarray(SIGNED))) signer = secret;
    }
    if (signer === undefined) return failed("forged");
    const bound = boundTo(facts);
    const here = bound && (await bindingOf(signer, bound));
    if (!here || !same(here, signed.subarray(SIGNED - BINDING))) return failed("bound_elsewhere");
    const expires = signed.subarray(1, 8).reduce((all, byte) => all * 256 + byte, 0);
    if (this.#clock() >= expires) return failed("expired");
    const once = await this.#once(hexOf(signed.subarray(8, 8 + NONCE)));
    if (once !== "fresh") return failed(once);
    return { ok: true, context: { session: { stepUpAgeSeconds: 0 } } };
  }
}

/** How a ward's step-ups are proved. */
export interface StepUpSetup {
  readonly secrets: readonly string[];
  /** In ms. */
  readonly ttl: number;
}

/** The options given; nothing where the application has a step-up of its own, or none. */
export function stepUpOf(given: unknown, secret: string | undefined): StepUpSetup | undefined {
  if (typeof given !== "object" || given === null) return undefined;
  for (const name of Object.keys(given)) {
    if (name === "secret" || name === "ttlSeconds") continue;
    throw new PolicyError(
      `policy: stepUp: ${name}: found an unknown key, expected one of secret, ttlSeconds`,
    );
  }
  const secrets = [own(given, "secret") ?? secret ?? secretOf(undefined)].flat();
  if (secrets.length === 0 || secrets.includes(undefined)) {
    throw new PolicyError(
      "policy: stepUp: secret: found nothing, expected text of at least 16 characters: tokens are HMACs under it",
    );
  }
  const seconds = own(given, "ttlSeconds") ?? 300;
  if (
    !Number.isInteger(seconds) ||
    Number(seconds) < MIN_SECONDS ||
    Number(seconds) > MAX_SECONDS
  ) {
    throw new PolicyError(
      `policy: stepUp: ttlSeconds: found ${JSON.stringify(seconds)}, expected a whole number from ${MIN_SECONDS} to ${MAX_SECONDS}`,
    );
  }
  return { secrets: secrets.map((one) => String(secretOf(one))), ttl: Number(seconds) * 1000 };
}

/**
 * The rule that takes a nonce: a bucket of one, filled again long after any token has expired. The
 * same whatever `ttlSeconds` is, because processes may differ in that.
 */
export const ONCE: PlainRule = {
  rule: "tokenBucket",
  id: "step_up",
  mode: "LIVE",
  capacity: 1,
  refillRate: 1,
  interval: `${2 * MAX_SECONDS}s`,
  characteristics: ["nonce"],
};

const failed = (reason: StepUpFailure): StepUpResult => ({ ok: false, reason });

const LONE_SURROGATE = /\p{Surrogate}/u;

/** What facts are bound as; nothing for what no token can be bound to. */
export function boundTo(facts: unknown): Uint8Array<ArrayBuffer> | undefined {
  const names = ["session", "userId", "action", "origin"];
  const [session, userId, action, origin] = names.map((name) => own(facts, name) ?? "");
  const parts = [session, userId, action, origin];
  if ((session === "" && userId === "") || action === "" || origin === "") return undefined;
  const texts: Uint8Array[] = [];
  for (const part of parts) {
    if (typeof part !== "string" || LONE_SURROGATE.test(part)) return undefined;
    const text = encoder.encode(part);
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, text.length);
    texts.push(length, text);
  }
  return joined(...texts);
}

/** A token as it is written. */
export async function tokenOf(
  secret: string,
  bound: Uint8Array<ArrayBuffer>,
  expires: number,
  nonce: Uint8Array,
): Promise<string> {
  const head = new Uint8Array(8);
  new DataView(head.buffer).setBigUint64(0, BigInt(Math.trunc(expires)));
  head[0] = VERSION;
  const signed = joined(head, nonce, await bindingOf(secret, bound));
  return textOf(joined(signed, await signatureOf(secret, signed)));
}

const bindingOf = async (secret: string, bound: Uint8Array<ArrayBuffer>) =>
  (await hmac(secret, "doorward step-up facts\0", bound)).subarray(0, BINDING);

const signatureOf = (secret: string, signed: Uint8Array) =>
  hmac(secret, "doorward step-up token\0", signed);

async function hmac(secret: string, purpose: string, bytes: Uint8Array): Promise<Uint8Array> {
  const sha = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), sha, false, ["sign"]);
  const signed = await crypto.subtle.sign("HMAC", key, joined(encoder.encode(purpose), bytes));
  return new Uint8Array(signed);
}

/** Equal, in a time that does not tell where they differ. */
function same(one: Uint8Array, other: Uint8Array): boolean {
  let differs = one.length ^ other.length;
  one.forEach((byte, index) => {
    differs |= byte ^ (other[index] ?? 0);
  });
  return differs === 0;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

const textOf = (bytes: Uint8Array) =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_");

const bytesOf = (token: string) =>
  Uint8Array.from(atob(token.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

const hexOf = (bytes: Uint8Array) =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
