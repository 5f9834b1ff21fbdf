/**
 * A store outside the process, for limits that several machines share.
 *
 * The engine says which quota it wants; the host's store takes it. Every batch
 * has a deadline of its own, so a store that hangs never makes a request hang:
 * what it did not answer in time, the embedded store answers, and the decision
 * says `degraded: ["store"]`. An indeterminate failure is never retried: it
 * would count twice.
 */

import { Deadline, LATE } from "./deadline.js";
import type { Asked, Outside } from "./outside/outside.js";

/** A quota, as a rule states it. Times in milliseconds. */
export type Limit =
  | { readonly kind: "fixedWindow"; readonly max: number; readonly window: number }
  | { readonly kind: "slidingWindow"; readonly max: number; readonly interval: number }
  | {
      readonly kind: "tokenBucket";
      readonly capacity: number;
      readonly refillRate: number;
      readonly interval: number;
    };

/** Quota asked for. */
export interface Take {
  /** 32 hexadecimal digits: an HMAC of whose quota it is. */
  readonly key: string;
  readonly limit: Limit;
  /** Units; 0 only looks. */
  readonly cost: number;
  /**
   * Changes what is taken by `cost`, negative for what is given back, whatever is left: to at
   * most the whole quota and at least nothing. Its answer is not looked at.
   */
  readonly settle?: boolean;
  /** A recording's time in ms, in a replay; otherwise the store's own clock counts. */
  readonly now?: number;
}

/** Quota given or refused; a refused take consumes nothing. Times in milliseconds. */
export interface Taken {
  readonly allowed: boolean;
  readonly remaining: number;
  readonly reset: number;
  /** 0 when given; null when it can never be. */
  readonly retryAfter: number | null;
}

/** Keeps quotas. */
export interface Store {
  /**
   * Takes each quota of a batch atomically; answers in the order of the batch, with an
   * error for a take that it could not answer.
   */
  take(batch: readonly Take[]): Promise<readonly (Taken | Error)[]>;
  /** The deadline of a batch, where the store keeps one itself; otherwise 50 ms. */
  readonly deadlineMs?: number;
}

type Need = Take & Asked;

const DEADLINE_MS = 50;

/** Answers the engine's needs for one request: JSON in, JSON out. Never rejects. */
export type Answers = (needs: string) => Promise<string>;

/** Begins to answer for a request: quota from a store, facts from the outside. */
export function answering(
  store: Store | undefined,
  outside: Outside | undefined,
  onError: (error: unknown) => void,
): () => Answers {
  // a store that keeps its own deadline is given up only when it does not
  const deadline = store?.deadlineMs === undefined ? DEADLINE_MS : 2 * store.deadlineMs;
  const quota = async (takes: readonly Need[], now?: number) => {
    let taken: readonly (Taken | Error)[] = [];
    let failure = "unsupported";
    try {
      const batch = takes.map((need) => asked(need, now));
      if (store) taken = (await within(deadline, store.take(batch))) ?? [];
      const failed = taken.find((answer) => answer instanceof Error);
      if (failed) throw failed;
    } catch (error) {
      failure = error instanceof Late ? "timeout" : "failed";
      onError(error);
    }
    return takes.map(({ id }, index) => {
      const answer = taken[index];
      return answer && isTaken(answer) ? { id, ...plain(answer) } : { id, error: failure };
    });
  };
  return () => {
    const turn = outside?.turn();
    return async (json) => {
      const {
        needs,
        client = "",
        now,
      } = JSON.parse(json) as { needs: readonly Need[]; client?: string; now?: number };
      const takes = needs.filter(({ kind }) => kind === "take");
      const facts = needs.filter(({ kind }) => kind !== "take");
      const replies = await Promise.all([
        takes.length > 0 ? quota(takes, now) : [],
        outside && turn ? outside.answer(facts, client, turn) : facts.map(unsupported),
      ]);
      return JSON.stringify({ replies: replies.flat() });
    };
  };
}

const unsupported = ({ id }: Need) => ({ id, error: "unsupported" });

const asked = ({ key, limit, cost }: Need, now?: number): Take => ({
  key,
  limit,
  cost,
  ...(now !== undefined && { now }),
});

const plain = ({ allowed, remaining, reset, retryAfter }: Taken): Taken => ({
  allowed,
  remaining: Math.max(0, Math.trunc(remaining)),
  reset: Math.max(0, Math.ceil(reset)),
  retryAfter: retryAfter === null ? null : Math.max(0, Math.ceil(retryAfter)),
});

function isTaken(answer: Taken | Error): answer is Taken {
  const { allowed, remaining, reset, retryAfter } = answer as Taken;
  return (
    typeof allowed === "boolean" &&
    Number.isFinite(remaining) &&
    Number.isFinite(reset) &&
    (retryAfter === null || Number.isFinite(retryAfter))
  );
}

/** Nobody waits for the answer any more. */
export class Late extends Error {}

async function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  const deadline = new Deadline(ms);
  try {
    const first = await Promise.race([answer, deadline.passed]);
    if (first === LATE) throw new Late(`no answer within ${ms} ms`);
    return first;
  } finally {
    deadline.cancel();
  }
}
