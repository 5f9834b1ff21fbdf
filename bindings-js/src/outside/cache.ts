/** What was looked up, for as long as it is good: bounded, the least used first to go. */

import { codeOf, type FailureCode } from "./failure.js";

/** A fact, or why there is none. */
export type Found = { readonly fact: object } | { readonly error: FailureCode };

/** What a look-up came to and how long that holds. */
export type Looked = { readonly fact: object; readonly ttlMs: number };

/** How long a failure is not asked again. */
const FAILED_MS = 30_000;

interface Kept {
  readonly found: Found;
  readonly until: number;
}

/** Facts by the id of their need. */
export class Cache {
  readonly #kept = new Map<string, Kept>();
  readonly #flights = new Map<string, Promise<Found>>();

  constructor(readonly size: number) {}

  /** What is known, or on its way. */
  get(id: string, now: number): Found | Promise<Found> | undefined {
    const kept = this.#kept.get(id);
    if (kept) {
      this.#kept.delete(id);
      if (kept.until > now) {
        this.#kept.set(id, kept);
        return kept.found;
      }
    }
    return this.#flights.get(id);
  }

  /** Looks it up, once for all who ask meanwhile. */
  look(id: string, work: () => Promise<Looked>, clock: () => number): Promise<Found> {
    const flight = (async (): Promise<Found> => {
      try {
        const { fact, ttlMs } = await work();
        return this.#keep(id, { fact }, clock() + ttlMs);
      } catch (error) {
        return this.#keep(id, { error: codeOf(error) }, clock() + FAILED_MS);
      } finally {
        this.#flights.delete(id);
      }
    })();
    this.#flights.set(id, flight);
    return flight;
  }

  #keep(id: string, found: Found, until: number): Found {
    this.#kept.set(id, { found, until });
    if (this.#kept.size > this.size) {
      for (const oldest of this.#kept.keys()) {
        this.#kept.delete(oldest);
        break;
      }
    }
    return found;
  }
}
