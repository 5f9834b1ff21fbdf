/**
 * What an adapter is: it shows one kind of host request to the engine.
 *
 * An adapter marshals and never decides. It shows what the host has, flags
 * what the host cannot show, and never throws on what a client sent.
 */

import type { Body, BodyBounds } from "../body.js";
import type { Input } from "../frame.js";

/** What the policy reads, so that nothing else is framed. */
export interface Reads {
  readonly headers: HeaderFilter;
  readonly target: boolean;
  readonly body: BodyBounds | null;
  readonly context: boolean;
}

/** Shows one kind of host request. */
export interface Adapter<R> {
  /** The peer's address as the host knows it; empty where it knows none. */
  peer(request: R): string;
  /** Method, target, headers and flags. */
  fill(input: Input, request: R, reads: Reads): void;
  /** The body, read and given back; undefined where there is none. Never rejects. */
  body(request: R, bounds: BodyBounds): Promise<Body> | Body | undefined;
  /** What of the body can be seen without touching a stream. */
  seen(request: R, bounds: BodyBounds): Body | undefined;
}

const MAX_REMEMBERED = 512;

/** The headers a policy reads. */
export class HeaderFilter {
  /** Names in lower case; null for all. */
  readonly names: readonly string[] | null;
  readonly #wanted: ReadonlySet<string>;
  /** Spellings seen on the wire; bounded, because clients choose them. */
  readonly #spellings = new Map<string, boolean>();

  constructor(names: readonly string[] | null) {
    this.names = names;
    this.#wanted = new Set(names);
  }

  /** Whether a header of this name, in any case, is read. */
  wants(name: string): boolean {
    if (this.names === null) return true;
    const known = this.#spellings.get(name);
    if (known !== undefined) return known;
    const wanted = this.#wanted.has(name.toLowerCase());
    if (this.#spellings.size < MAX_REMEMBERED) this.#spellings.set(name, wanted);
    return wanted;
  }
}

/** Name, value, name, value … of the wanted ones among headers laid out the same way. */
export function wantedPairs(pairs: readonly string[], filter: HeaderFilter): readonly string[] {
  if (filter.names === null) return pairs;
  if (filter.names.length === 0) return NONE;
  const out: string[] = [];
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    const name = pairs[i];
    const value = pairs[i + 1];
    if (name !== undefined && value !== undefined && filter.wants(name)) out.push(name, value);
  }
  return out;
}

const NONE: readonly string[] = [];
