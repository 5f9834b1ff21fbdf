/**
 * A store outside the process, for limits that several machines share.
 *
 * The engine says which quota it wants; the host's store takes it. Every batch
 * has a deadline of its own, so a store that hangs never makes a request hang:
 * what it did not answer in time, the embedded store answers, and the decision
 * says `degraded: ["store"]`. An indeterminate failure is never retried: it
 * would count twice.
 */

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
  /** Takes each quota of a batch atomically; answers in the order of the batch. */
  take(batch: readonly Take[]): Promise<readonly Taken[]>;
}

interface Need extends Take {
  readonly id: string;
  readonly kind: string;
}

const DEADLINE_MS = 50;

/** Answers the engine's needs from a store: JSON in, JSON out. Never rejects. */
export function answering(
  store: Store,
  onError: (error: unknown) => void,
): (needs: string) => Promise<string> {
  return async (json) => {
    const { needs } = JSON.parse(json) as { needs: readonly Need[] };
    const takes = needs.filter((need) => need.kind === "take");
    let taken: readonly Taken[] = [];
    let failure = "unsupported";
    try {
      if (takes.length > 0) taken = await within(DEADLINE_MS, store.take(takes.map(asked)));
    } catch (error) {
      failure = error instanceof Late ? "timeout" : "failed";
      onError(error);
    }
    const replies = needs.map((need) => {
      const answer = taken[takes.indexOf(need)];
      return answer && isTaken(answer)
        ? { id: need.id, ...plain(answer) }
        : { id: need.id, error: failure };
    });
    return JSON.stringify({ replies });
  };
}

const asked = ({ key, limit, cost }: Need): Take => ({ key, limit, cost });

const plain = ({ allowed, remaining, reset, retryAfter }: Taken): Taken => ({
  allowed,
  remaining: Math.max(0, Math.trunc(remaining)),
  reset: Math.max(0, Math.ceil(reset)),
  retryAfter: retryAfter === null ? null : Math.max(0, Math.ceil(retryAfter)),
});

function isTaken(answer: Taken): boolean {
  const { allowed, remaining, reset, retryAfter } = answer;
  return (
    typeof allowed === "boolean" &&
    Number.isFinite(remaining) &&
    Number.isFinite(reset) &&
    (retryAfter === null || Number.isFinite(retryAfter))
  );
}

class Late extends Error {}

async function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Late(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
