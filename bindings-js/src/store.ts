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

/**
 * What happened, to be added to an actor's profile; only a key looks. `path`, `other` and `agent`
 * are hashes of what was seen, `number` is what the path names.
 */
export interface Observed {
  /** 32 hexadecimal digits: an HMAC of who it is. */
  readonly key: string;
  readonly requests?: number;
  readonly flagged?: number;
  readonly failed?: number;
  readonly good?: number;
  readonly bad?: number;
  readonly path?: number;
  readonly other?: number;
  readonly agent?: number;
  readonly number?: number;
}

/** How an actor has behaved; all zero for one never seen. Whole numbers; times in milliseconds. */
export interface Profile {
  readonly first: number;
  readonly last: number;
  /** This and the next two: counts that halve every ten minutes, in thousandths. */
  readonly requests: number;
  readonly flagged: number;
  readonly failed: number;
  readonly good: number;
  readonly bad: number;
  readonly swing: number;
  readonly beats: number;
  readonly walked: number;
  readonly paths: number;
  readonly others: number;
  readonly agents: number;
}

/** Keeps quotas, and how actors behave. */
export interface Store {
  /**
   * Takes each quota of a batch atomically; answers in the order of the batch, with an
   * error for a take that it could not answer.
   */
  take(batch: readonly Take[]): Promise<readonly (Taken | Error)[]>;
  /**
   * Adds what happened to each profile of a batch and tells what it then is, by the arithmetic
   * of the embedded store. Without this, each process remembers behaviour for itself.
   */
  profile?(batch: readonly Observed[]): Promise<readonly (Profile | Error)[]>;
  /** The deadline of a batch, where the store keeps one itself; otherwise 50 ms. */
  readonly deadlineMs?: number;
}

type Need = Take & Asked;

/** The members of a profile, in the order of the script's answer. */
export const MEMBERS = [
  ...["first", "last", "requests", "flagged", "failed", "good", "bad"],
  ...["swing", "beats", "walked", "paths", "others", "agents"],
] as const;

const DEADLINE_MS = 50;

/** Answers the engine's needs for one request: JSON in, JSON out. Never rejects. */
export type Answers = (needs: string) => Promise<string>;

/** Begins to answer for a request: quota from a store, facts from the outside. */
export function answering(
  store: Store | undefined,
  outside: Outside | undefined,
  onError: (error: unknown) => void,
): () => Answers {
  const deadline = deadlineOf(store);
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
  const behaviour = async (needs: readonly Need[]) => {
    const batch = needs.map(({ key }) => ({ key }));
    const known = await profiles(store, deadline, batch, onError);
    return needs.map(({ id }, index) => ({ id, ...(known[index] ?? { error: "failed" }) }));
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
      const actors = needs.filter(({ kind }) => kind === "profile");
      const facts = needs.filter(({ kind }) => kind !== "take" && kind !== "profile");
      const replies = await Promise.all([
        takes.length > 0 ? quota(takes, now) : [],
        actors.length > 0 ? behaviour(actors) : [],
        outside && turn ? outside.answer(facts, client, turn) : facts.map(unsupported),
      ]);
      return JSON.stringify({ replies: replies.flat() });
    };
  };
}

/** Tells a store what actors did, where it remembers that. Never rejects. */
export function telling(
  store: Store | undefined,
  onError: (error: unknown) => void,
): (observed: readonly Observed[]) => Promise<void> {
  const deadline = deadlineOf(store);
  return async (observed) => {
    await profiles(store, deadline, observed, onError);
  };
}

/** What the store knows of actors; nothing of those it could not tell. Never rejects. */
async function profiles(
  store: Store | undefined,
  deadline: number,
  batch: readonly Observed[],
  onError: (error: unknown) => void,
): Promise<readonly (Profile | undefined)[]> {
  try {
    const known = (await within(deadline, store?.profile?.(batch) ?? Promise.resolve([]))) ?? [];
    const failed = known.find((answer) => answer instanceof Error);
    if (failed) onError(failed);
    return batch.map((_, index) => {
      const found = known[index] as Partial<Profile> | undefined;
      const isWhole = MEMBERS.every((name) => Number.isSafeInteger(found?.[name]));
      return isWhole ? (found as Profile) : undefined;
    });
  } catch (error) {
    onError(error);
    return [];
  }
}

/** A store that keeps its own deadline is given up only when it does not. */
const deadlineOf = (store: Store | undefined) =>
  store?.deadlineMs === undefined ? DEADLINE_MS : 2 * store.deadlineMs;

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
