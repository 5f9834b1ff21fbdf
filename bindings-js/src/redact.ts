/**
 * Redaction: values replaced by tokens, and brought back.
 *
 * ```ts
 * const [redacted, unredact] = redact(prompt, { entities: ["EMAIL", "CREDIT_CARD_NUMBER"] });
 * const answer = unredact(await ask(redacted)); // <EMAIL_1> is the address again
 * for await (const piece of unredact.stream(askForStream(redacted))) …
 * ```
 *
 * What is replaced is the core's to say; here is what stands in its place. The
 * same value has the same token. What already looks like a token in the text is
 * given one of its own, so that no two things look alike.
 */

import { Instance } from "./instance.js";

/** Types of values that are known. */
export type SensitiveType =
  | "EMAIL"
  | "PHONE_NUMBER"
  | "IP_ADDRESS"
  | "CREDIT_CARD_NUMBER"
  | "IBAN"
  | "US_SSN"
  | "UK_NHS"
  | "CRYPTO_ADDRESS"
  | "API_KEY"
  | "JWT"
  | "MAC_ADDRESS"
  | "US_PASSPORT"
  | "PRIVATE_KEY"
  | "URL_CREDENTIALS";

/** What to redact, and by what. */
export interface RedactOptions {
  /** Types to replace; all by default. */
  readonly entities?: readonly SensitiveType[];
  /** Types of your own: `#` a digit, `?` a letter, `*` either, `{2,6}` how many. */
  readonly patterns?: readonly { readonly name: string; readonly pattern: string }[];
  /** What stands for the `number`th value of this type; `undefined` for `<TYPE_1>`. */
  readonly replace?: (type: string, number: number) => string | undefined;
}

/** Brings values back into a text that holds their tokens. */
export interface Unredact {
  (text: string): string;
  /** The same for text that comes in chunks, such as a model's answer: tokens may be cut by them. */
  stream(source: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string, void>;
}

/** The text with tokens for its values, and the way back. */
export function redact(text: string, options: RedactOptions = {}): [string, Unredact] {
  const redactor = new Redactor(options);
  const redacted = redactor.push(text, true);
  return [redacted, redactor.unredact];
}

/**
 * The same for text that comes in chunks: what comes out is held back until its
 * sentence or line is complete, and is what `redact` gives for the whole.
 */
export function redactStream(
  source: AsyncIterable<string> | Iterable<string>,
  options: RedactOptions = {},
): [AsyncGenerator<string, void>, Unredact] {
  const redactor = new Redactor(options);
  async function* chunks() {
    for await (const chunk of source) {
      const redacted = redactor.push(chunk, false);
      if (redacted !== "") yield redacted;
    }
    const rest = redactor.push("", true);
    if (rest !== "") yield rest;
  }
  return [chunks(), redactor.unredact];
}

/** A span as the core writes it: where, what, and whether it only looks like a token. */
type Span = readonly [start: number, end: number, type: string, token?: true];

/** So much of what was done says what comes next; more than the core looks back. */
const CONTEXT = 96;

class Redactor {
  readonly #options: string;
  readonly #replace: RedactOptions["replace"];
  #context = "";
  #pending = "";
  /** The token of each value by its type, and how many a type has. */
  readonly #tokens = new Map<string, string>();
  readonly #numbers = new Map<string, number>();
  /** The value of each token; one that stands for two values stands for none. */
  readonly #values = new Map<string, string | undefined>();
  #original = "";
  #redacted = "";

  constructor({ entities, patterns, replace }: RedactOptions) {
    this.#options = JSON.stringify({ entities, patterns });
    this.#replace = replace;
  }

  push(chunk: string, last: boolean): string {
    this.#pending += chunk;
    let text = this.#pending;
    // half of a character waits for the other
    if (!last && /[\ud800-\udbff]$/.test(text)) text = text.slice(0, -1);
    const found = look(this.#options, this.#context, text, last);
    const shift = this.#context.length;
    let out = "";
    let at = 0;
    for (const [start, end, type, token] of found.spans) {
      out += text.slice(at, start - shift);
      at = end - shift;
      out += this.#token(text.slice(start - shift, at), type, token === true);
    }
    const cut = found.cut - shift;
    out += text.slice(at, cut);
    const done = text.slice(0, cut);
    this.#context = (this.#context + done).slice(-CONTEXT);
    this.#pending = this.#pending.slice(cut);
    this.#original += done;
    this.#redacted += out;
    return out;
  }

  #token(value: string, type: string, literal: boolean): string {
    const key = `${type}\n${value}`;
    const known = this.#tokens.get(key);
    if (known !== undefined) return known;
    const number = (this.#numbers.get(type) ?? 0) + 1;
    this.#numbers.set(type, number);
    const token = (literal ? undefined : this.#replace?.(type, number)) ?? `<${type}_${number}>`;
    this.#tokens.set(key, token);
    this.#values.set(token, this.#values.has(token) ? undefined : value);
    return token;
  }

  readonly unredact: Unredact = Object.assign(
    // whatever replacements are, the text itself comes back as it was
    (text: string) =>
      text === this.#redacted ? this.#original : restored(text, this.#back(), true)[0],
    { stream: (source: AsyncIterable<string> | Iterable<string>) => this.#restore(source) },
  );

  async *#restore(source: AsyncIterable<string> | Iterable<string>) {
    let pending = "";
    for await (const chunk of source) {
      const [out, rest] = restored(pending + chunk, this.#back(), false);
      pending = rest;
      if (out !== "") yield out;
    }
    const [out] = restored(pending, this.#back(), true);
    if (out !== "") yield out;
  }

  /** What each token stands for. */
  #back(): Map<string, string> {
    const back = new Map<string, string>();
    for (const [token, value] of this.#values) {
      if (token !== "" && value !== undefined) back.set(token, value);
    }
    return back;
  }
}

/**
 * The text with values for tokens, the longest token at each place, and of a text that goes on what
 * may yet become one.
 */
function restored(text: string, back: Map<string, string>, last: boolean): [string, string] {
  if (back.size === 0) return [text, ""];
  const tokens = [...back.keys()].sort((a, b) => b.length - a.length);
  const any = new RegExp(tokens.map(escaped).join("|"), "g");
  const longest = tokens[0]?.length ?? 0;
  const mayBegin = (at: number) =>
    tokens.some((token) => token.length > text.length - at && token.startsWith(text.slice(at)));
  /** The first place from `from` to `to` from which on the text may yet become a token. */
  const open = (from: number, to: number) => {
    if (last) return undefined;
    for (let at = Math.max(from, text.length - longest + 1); at <= to && at < text.length; at++) {
      if (mayBegin(at)) return at;
    }
    return undefined;
  };
  let out = "";
  let at = 0;
  for (const found of text.matchAll(any)) {
    const held = open(at, found.index);
    if (held !== undefined) return [out + text.slice(at, held), text.slice(held)];
    out += text.slice(at, found.index) + (back.get(found[0]) ?? "");
    at = found.index + found[0].length;
  }
  const held = open(at, text.length) ?? text.length;
  return [out + text.slice(at, held), text.slice(held)];
}

function look(options: string, context: string, text: string, last: boolean) {
  const instance = Instance.current();
  try {
    const found = instance.shell.redact(options, context, text, last);
    return JSON.parse(found) as { spans: Span[]; cut: number };
  } catch (error) {
    if (error instanceof Error && error.name === "Error") {
      throw new TypeError(`redact: ${error.message}`);
    }
    instance.retire(error);
    throw error;
  }
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
