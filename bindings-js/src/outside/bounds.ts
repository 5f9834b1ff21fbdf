/**
 * How much of the outside is asked (law 9): at a time, a second, by one client.
 *
 * Clients decide what is looked up, so without bounds they would decide how
 * much. What exceeds one is refused at once and its fact is undetermined.
 */

/** The bounds of a ward's look-ups. */
export interface Limits {
  /** Look-ups under way at the same time. */
  readonly concurrent: number;
  /** Look-ups a second, of all clients. */
  readonly perSecond: number;
  /** Look-ups a minute in the name of one client (an IPv4 address, an IPv6 /64). */
  readonly perClientPerMinute: number;
}

/** What holds unless the ward says otherwise. */
export const LIMITS: Limits = { concurrent: 32, perSecond: 50, perClientPerMinute: 20 };

/** Of `perSecond`, what may come at once after a pause. */
export const BURST_SECONDS = 2;

const MAX_CLIENTS = 4096;

/** Fills with time, up to a size. */
class Bucket {
  #level: number;
  #seen: number;

  constructor(
    readonly size: number,
    readonly perMs: number,
    now: number,
  ) {
    this.#level = size;
    this.#seen = now;
  }

  /** What is in it. */
  level(now: number): number {
    this.#level = Math.min(this.size, this.#level + Math.max(0, now - this.#seen) * this.perMs);
    this.#seen = now;
    return this.#level;
  }

  take(): void {
    this.#level -= 1;
  }
}

/** Lets look-ups through. */
export class Gate {
  readonly #limits: Limits;
  readonly #all: Bucket;
  readonly #clients = new Map<string, Bucket>();
  #running = 0;

  constructor(limits: Limits, now: number) {
    this.#limits = limits;
    const { perSecond } = limits;
    this.#all = new Bucket(perSecond * BURST_SECONDS, perSecond / 1000, now);
  }

  /** Whether one more may begin; then `leave` is called when it has ended. */
  enter(client: string, now: number): boolean {
    if (this.#running >= this.#limits.concurrent) return false;
    // clients that nobody can tell apart are bounded together, by what all may ask
    const own = client === "" ? undefined : this.#of(client, now);
    if (own && own.level(now) < 1) return false;
    if (this.#all.level(now) < 1) return false;
    own?.take();
    this.#all.take();
    this.#running += 1;
    return true;
  }

  leave(): void {
    this.#running -= 1;
  }

  #of(client: string, now: number): Bucket {
    const { perClientPerMinute } = this.#limits;
    const bucket =
      this.#clients.get(client) ?? new Bucket(perClientPerMinute, perClientPerMinute / 60_000, now);
    this.#clients.delete(client);
    this.#clients.set(client, bucket);
    if (this.#clients.size > MAX_CLIENTS) {
      for (const oldest of this.#clients.keys()) {
        this.#clients.delete(oldest);
        break;
      }
    }
    return bucket;
  }
}
