/**
 * Answers what the engine asks of the outside, within bounds.
 *
 * Each request has a deadline for all its facts. What is looked up is kept, so
 * is that there was nothing; the same question is asked once at a time; and a
 * look-up that nobody waits for any more still ends and is kept for the next.
 */

import { Deadline, LATE } from "../deadline.js";
import { shared } from "../shared.js";
import { Gate, LIMITS, type Limits } from "./bounds.js";
import { Cache, type Found, type Looked } from "./cache.js";
import { dns } from "./dns.js";
import { codeOf, Failure } from "./failure.js";
import { type IpDatabase, ipFacts } from "./ip.js";
import { type KeyOptions, type KeySet, key, keySet } from "./key.js";
import { mx } from "./mx.js";
import { type Resolver, resolverOf } from "./resolver.js";
import { type Signed, verify } from "./verify.js";

/** Who is asked about the outside, and how much. Nothing of it is part of the policy. */
export interface OutsideOptions {
  /**
   * Who resolves names: name servers by address (`"192.0.2.53"`, `"[::1]:5353"`), or the URL of
   * a DNS-over-HTTPS resolver, which hosts without sockets need. Default: the system's.
   */
  readonly dns?: string | readonly string[];
  /** Databases of addresses: readers of MMDB files, or functions. */
  readonly ip?: IpDatabase | readonly IpDatabase[];
  /** Of directories of keys. */
  readonly keys?: KeyOptions;
  /** For all facts of one request, in milliseconds; default 1000. */
  readonly deadlineMs?: number;
  /** How much is looked up. */
  readonly limits?: Partial<Limits>;
}

/** A need, as the engine asks. */
export interface Asked extends Signed {
  readonly id: string;
  readonly kind: string;
  readonly domain?: unknown;
  readonly ip?: unknown;
  readonly url?: unknown;
}

/** A reply, as the engine reads it. */
export type Answered = { readonly id: string } & Readonly<Record<string, unknown>>;

/** What is kept of each kind, in entries. */
const SIZES = { mx: 4096, dns: 4096, key: 128 };
const DEADLINE_MS = 1000;
/** Signatures that are verified at the same time. */
const MAX_VERIFYING = 256;
/** Needs of one request that are answered. */
const MAX_NEEDS = 16;

/** The caches and bounds, shared by wards of the same options. */
export class Lookups {
  readonly resolve: Resolver;
  readonly gate: Gate;
  /** Signatures being verified. */
  verifying = 0;
  readonly caches = {
    mx: new Cache(SIZES.mx),
    dns: new Cache(SIZES.dns),
    key: new Cache(SIZES.key),
  };

  constructor(servers: OutsideOptions["dns"], limits: Limits) {
    this.resolve = resolverOf(servers);
    this.gate = new Gate(limits, clock());
  }
}

const clock = (): number => performance.now();

/** What is left of a request's time. */
export interface Turn {
  until: number;
}

/** The outside of a ward. */
export class Outside {
  readonly #databases: readonly IpDatabase[];
  readonly #keys: KeyOptions;
  readonly #pinned: ReadonlyMap<string, KeySet>;
  readonly #deadlineMs: number;
  readonly #lookups: () => Lookups;

  constructor(options: OutsideOptions = {}) {
    const { dns: servers, ip, keys = {}, deadlineMs = DEADLINE_MS } = options;
    this.#databases = ip === undefined ? [] : ([ip].flat() as IpDatabase[]);
    this.#keys = keys;
    this.#pinned = new Map(
      Object.entries(keys.pinned ?? {}).map(([url, set]) => [url, keySet(set)]),
    );
    this.#deadlineMs = deadlineMs;
    const limits = { ...LIMITS, ...options.limits };
    for (const [name, value] of Object.entries({ deadlineMs, ...limits })) {
      if (!(value > 0)) throw new TypeError(`${name}: found ${value}, expected a number above 0`);
    }
    const name = JSON.stringify([servers, limits, keys.hosts, keys.ca]);
    this.#lookups = () => {
      const { lookups } = shared();
      let found = lookups.get(name);
      if (!found) {
        found = new Lookups(servers, limits);
        lookups.set(name, found);
      }
      return found;
    };
  }

  /** Begins a request. */
  turn(): Turn {
    return { until: clock() + this.#deadlineMs };
  }

  /** Answers needs in the name of a client. Never rejects. */
  async answer(needs: readonly Asked[], client: string, turn: Turn): Promise<Answered[]> {
    if (needs.length === 0) return [];
    const deadline = new Deadline(Math.max(0, turn.until - clock()));
    const replies = needs.map(async (need, index): Promise<Answered> => {
      const { id } = need;
      if (index >= MAX_NEEDS) return { id, error: "overloaded" };
      const found = await Promise.race([this.#find(need, client), deadline.passed]);
      if (found === LATE) return { id, error: "timeout" };
      return "error" in found ? { id, error: found.error } : { ...found.fact, id };
    });
    const all = await Promise.all(replies);
    deadline.cancel();
    return all;
  }

  async #find(need: Asked, client: string): Promise<Found> {
    try {
      switch (need.kind) {
        case "ip":
          return { fact: await ipFacts(String(need.ip), this.#databases) };
        case "verify":
          return await this.#verify(need);
        case "mx":
          return await this.#look("mx", need, client, (resolve) => mx(need.domain, resolve));
        case "dns":
          return await this.#look("dns", need, client, (resolve) => dns(need.ip, resolve));
        case "key": {
          const pinned = this.#pinned.get(String(need.url));
          if (pinned) return { fact: pinned };
          return await this.#look("key", need, client, (resolve) =>
            key(need.url, this.#keys, resolve),
          );
        }
        default:
          return { error: "unsupported" };
      }
    } catch (error) {
      return { error: codeOf(error) };
    }
  }

  async #look(
    kind: "mx" | "dns" | "key",
    { id }: Asked,
    client: string,
    work: (resolve: Resolver) => Promise<Looked>,
  ): Promise<Found> {
    const { caches, gate, resolve } = this.#lookups();
    const cache = caches[kind];
    const known = cache.get(id, clock());
    if (known) return known;
    if (!gate.enter(client, clock())) throw new Failure("overloaded");
    return cache.look(id, () => work(resolve).finally(() => gate.leave()), clock);
  }

  /** No look-up, and of every request with a token: bounded by what is under way. */
  async #verify(need: Asked): Promise<Found> {
    const lookups = this.#lookups();
    if (lookups.verifying >= MAX_VERIFYING) throw new Failure("overloaded");
    lookups.verifying += 1;
    try {
      return { fact: await verify(need) };
    } finally {
      lookups.verifying -= 1;
    }
  }
}
