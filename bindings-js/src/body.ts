/**
 * The inspected part of a request's body: the whole of it, or its head and its
 * last bytes where it is longer than the policy's bound.
 *
 * Hosts read up to {@link BodyBounds.spoolBytes} to see the end of a body, keep
 * what they read and give it back: the handler's own read gets every byte.
 */

/** What the policy wants of a body, as the engine's `reads()` says it. */
export interface BodyBounds {
  /** Bytes inspected from the start. */
  readonly maxBytes: number;
  /** Longest body that is read to its end. */
  readonly spoolBytes: number;
  /** How long the client may take. */
  readonly deadlineMs: number;
}

/** What is inspected. */
export interface Body {
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
  /** Part of the body is not here. */
  readonly truncated: boolean;
  /** The deadline passed before it came. */
  readonly late: boolean;
}

const TAIL_BYTES = 8192;
const NOTHING = new Uint8Array(0);

/** There is a body, and it cannot be seen: already consumed, or a stream nobody may touch. */
export const UNSEEN: Body = { head: NOTHING, tail: NOTHING, truncated: true, late: false };

/** How reading ended. */
export type End = "complete" | "spooled" | "late" | "aborted";

/** Cuts what was read to what is inspected. */
export function inspected(chunks: readonly Uint8Array[], end: End, bounds: BodyBounds): Body {
  let length = 0;
  for (const chunk of chunks) length += chunk.length;
  const late = end === "late";
  const { maxBytes, spoolBytes } = bounds;
  if (length <= maxBytes) {
    const head = chunks.length === 1 && chunks[0] ? chunks[0] : slice(chunks, 0, length);
    return { head, tail: NOTHING, truncated: end === "aborted" || end === "spooled", late };
  }
  const ended = end === "complete" && length <= spoolBytes;
  return {
    head: slice(chunks, 0, maxBytes),
    tail: ended ? slice(chunks, Math.max(maxBytes, length - TAIL_BYTES), length) : NOTHING,
    truncated: true,
    late: false,
  };
}

/** A body that is all here. */
export function whole(bytes: Uint8Array, bounds: BodyBounds): Body {
  return inspected([bytes], "complete", bounds);
}

/** Copies the bytes from `from` to `to` of the chunks laid end to end. */
function slice(chunks: readonly Uint8Array[], from: number, to: number): Uint8Array {
  const out = new Uint8Array(to - from);
  let at = 0;
  for (const chunk of chunks) {
    const start = Math.max(from - at, 0);
    const end = Math.min(to - at, chunk.length);
    if (start < end) out.set(chunk.subarray(start, end), at + start - from);
    at += chunk.length;
    if (at >= to) break;
  }
  return out;
}
