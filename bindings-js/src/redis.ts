/**
 * Limits and behaviour that several machines share, in Redis or Valkey (5 or later).
 *
 * A take is one call of one script on one key, so it is atomic, finds its slot
 * in a cluster and costs one round trip; the takes of a request share that.
 * The server's clock counts. The arithmetic is the embedded store's, to the
 * unit and the millisecond. A profile is one key of 80 bytes and a script of its
 * own; what a request adds to it is told after its decision, which does not wait.
 *
 * A take that fails or comes too late is answered by the embedded store, and the
 * decision says `degraded: ["store"]`; behaviour that does is not known to that
 * decision, which says `profiles`. Nothing is sent twice: only `NOSCRIPT`,
 * with which the server says that nothing happened, is followed by the
 * script's text. A take tells the server until when it is waited for, so one
 * that a client or a network holds back and delivers later consumes nothing.
 *
 * While a server is silent, one batch a second asks whether it does
 * again; the others do not wait for it.
 */

import { Deadline, LATE } from "./deadline.js";
import { type Caller, callerOf, type RedisClient } from "./redis/clients.js";
import { PROFILE, TAKE } from "./redis/script.js";
import {
  Late,
  type Limit,
  MEMBERS,
  type Observed,
  type Profile,
  type Store,
  type Take,
  type Taken,
} from "./store.js";

export type {
  HttpRedisClient,
  IoRedisClient,
  NodeRedisClient,
  RedisClient,
  ScriptOptions,
} from "./redis/clients.js";

/** How a Redis store behaves. */
export interface RedisStoreOptions {
  /** How long a batch of takes may take, in ms; default 50. */
  readonly deadlineMs?: number;
  /** What keys begin with; default `doorward:`. */
  readonly prefix?: string;
}

/** A store for the ward's `store` option, on the application's own client. */
export function redisStore(client: RedisClient, options: RedisStoreOptions = {}): Store {
  const { deadlineMs = 50, prefix = "doorward:" } = options;
  if (!Number.isFinite(deadlineMs) || deadlineMs <= 0) {
    throw new TypeError("redisStore: deadlineMs: expected a number above 0");
  }
  if (typeof prefix !== "string" || /[{}]/.test(prefix)) {
    throw new TypeError("redisStore: prefix: expected text without braces");
  }
  return new RedisStore(callerOf(client), deadlineMs, prefix);
}

const PAUSE_MS = 1000;
const TOO_LATE = -1;

/** A batch, until nobody waits for it any more. */
interface Turn {
  over: boolean;
}

class RedisStore implements Store {
  readonly deadlineMs: number;
  readonly #caller: Caller;
  readonly #prefix: string;
  /** From when on a silent server is asked again; 0: it answers. */
  #again = 0;
  /** When it last answered, whatever it was asked. */
  #heard = 0;
  /** At most this much is the server's clock ahead of this process's, in ms. */
  #ahead: number | undefined;

  constructor(caller: Caller, deadlineMs: number, prefix: string) {
    this.#caller = caller;
    this.deadlineMs = deadlineMs;
    this.#prefix = prefix;
  }

  take(batch: readonly Take[]): Promise<(Taken | Error)[]> {
    return this.#all(batch, (take, turn) => this.#take(take, turn));
  }

  profile(batch: readonly Observed[]): Promise<(Profile | Error)[]> {
    return this.#all(batch, (observed, turn) => this.#profile(observed, turn));
  }

  async #all<Asked, Answer>(
    batch: readonly Asked[],
    ask: (one: Asked, turn: Turn) => Promise<Answer>,
  ): Promise<(Answer | Error)[]> {
    if (this.#again > 0) {
      if (performance.now() < this.#again) return batch.map(() => new Late("the server is silent"));
      this.#pause();
    }
    const turn = { over: false };
    const begun = performance.now();
    const deadline = new Deadline(this.deadlineMs);
    const answers = batch.map((one) => ask(one, turn).catch(asError));
    const first = await Promise.all(answers.map((one) => Promise.race([one, deadline.passed])));
    turn.over = true;
    deadline.cancel();
    if (first.includes(LATE) && this.#heard < begun) this.#pause();
    return first.map((one) =>
      one === LATE ? new Late(`no answer within ${this.deadlineMs} ms`) : one,
    );
  }

  async #take(take: Take, turn: Turn): Promise<Taken> {
    await this.#caller.ready();
    const taken = await this.#asked(take, turn);
    // the server says that it took nothing: its clock is not where it was
    const sure = taken ?? (await this.#asked(take, turn));
    if (sure === undefined) throw new Late("came too late");
    return sure;
  }

  /** Nothing, where the server found nobody waiting any more. */
  async #asked(take: Take, turn: Turn): Promise<Taken | undefined> {
    const sent = performance.now();
    const until = this.#ahead === undefined ? 0 : sent + this.deadlineMs + this.#ahead;
    const args = [
      ...numbersOf(take.limit),
      String(take.cost),
      String(Math.ceil(until)),
      take.now === undefined ? "" : String(take.now),
      take.settle ? "1" : "",
    ];
    const [server, given, remaining, reset, wait] = await this.#run(TAKE, take.key, args, turn);
    if (
      server === undefined ||
      remaining === undefined ||
      reset === undefined ||
      wait === undefined
    ) {
      throw new Error("the script answered something else");
    }
    this.#ahead = server - sent;
    if (given === TOO_LATE) return undefined;
    return { allowed: given === 1, remaining, reset, retryAfter: wait < 0 ? null : wait };
  }

  async #profile(observed: Observed, turn: Turn): Promise<Profile> {
    await this.#caller.ready();
    const { requests = 0, flagged = 0, failed = 0, good = 0, bad = 0 } = observed;
    const { path = "", other = "", agent = "", number = "" } = observed;
    const args = [requests, flagged, failed, good, bad, path, other, agent, number, ""].map(String);
    const numbers = await this.#run(PROFILE, observed.key, args, turn);
    return Object.fromEntries(
      MEMBERS.map((name, index) => [name, numbers[index]]),
    ) as unknown as Profile;
  }

  /** The numbers that a script answers. */
  async #run(script: string, name: string, args: string[], turn: Turn): Promise<number[]> {
    const key = `${this.#prefix}{${name}}`;
    const sha = await shaOf(script);
    if (turn.over) throw new Late("gave up before it was sent");
    let reply: unknown;
    try {
      reply = await this.#caller.evalsha(sha, key, args);
    } catch (error) {
      if (turn.over || !/\bNOSCRIPT\b/.test(asError(error).message)) throw error;
      reply = await this.#caller.eval(script, key, args);
    }
    this.#again = 0;
    this.#heard = performance.now();
    return Array.isArray(reply) ? reply.map(Number) : [];
  }

  #pause(): void {
    this.#again = performance.now() + PAUSE_MS;
  }
}

function numbersOf(limit: Limit): string[] {
  switch (limit.kind) {
    case "fixedWindow":
      return [limit.kind, String(limit.max), "0", String(limit.window)];
    case "slidingWindow":
      return [limit.kind, String(limit.max), "0", String(limit.interval)];
    case "tokenBucket":
      return [limit.kind, String(limit.capacity), String(limit.refillRate), String(limit.interval)];
  }
}

const asError = (error: unknown): Error =>
  error instanceof Error ? error : new Error(String(error));

const shas = new Map<string, Promise<string>>();

/** The name under which a server knows a script. */
function shaOf(script: string): Promise<string> {
  let sha = shas.get(script);
  sha ??= crypto.subtle
    .digest("SHA-1", new TextEncoder().encode(script))
    .then((digest) =>
      Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join(""),
    );
  shas.set(script, sha);
  return sha;
}
