/**
 * A request the application describes itself: what a host without an adapter
 * has in hand, a test, a line of recorded traffic.
 */

import { type Body, type BodyBounds, whole } from "../body.js";
import { Flag, type Input } from "../frame.js";
import { own } from "../marshal.js";
import { type Adapter, type Reads, wantedPairs } from "./adapter.js";
import { parsedBytes } from "./parsed.js";

/** A request in plain values. Text holds the bytes of the wire as Latin-1, or Unicode. */
export interface PlainRequest {
  /** Names the decision; one is made where it is absent. */
  readonly id?: string;
  readonly method?: string;
  /** Absolute, or origin form with a `host` header; as on the wire where known. */
  readonly url?: string;
  /** Pairs keep wire order, case and repeats; a record or `Headers` does not. */
  readonly headers?:
    | readonly (readonly [string, string])[]
    | Readonly<Record<string, string | readonly string[] | undefined>>
    | Headers;
  /** False where only the headers given are known: a missing one is no evidence. */
  readonly headersComplete?: boolean;
  /** The peer's address, before any proxy header is considered. */
  readonly ip?: string;
  /** Text, bytes, or what a parser made of them. */
  readonly body?: unknown;
}

/** Shows requests in plain values. */
export const plainAdapter: Adapter<PlainRequest> = {
  peer: (request) => text(request, "ip"),
  fill,
  body,
  seen: body,
};

function fill(input: Input, request: PlainRequest, reads: Reads): void {
  input.id = text(request, "id");
  input.method = text(request, "method");
  const url = text(request, "url");
  if (/^https:/i.test(url)) input.flags |= Flag.HTTPS;
  else if (/^http:/i.test(url)) input.flags |= Flag.HTTP;
  if (reads.target) input.target = url;
  input.flags |= Flag.RAW_TARGET;
  if (own(request, "headersComplete") !== false) input.flags |= Flag.ALL_HEADERS;
  const headers = own(request, "headers");
  if (Array.isArray(headers)) input.flags |= Flag.HEADER_ORDER;
  input.headers = wantedPairs(pairs(headers), reads.headers);
}

function body(request: PlainRequest, bounds: BodyBounds): Body | undefined {
  const type = pairs(own(request, "headers")).find(
    (_, i, all) => i % 2 === 1 && all[i - 1]?.toLowerCase() === "content-type",
  );
  const bytes = parsedBytes(own(request, "body"), type ?? "");
  return bytes === undefined ? undefined : whole(bytes, bounds);
}

function text(request: PlainRequest, name: keyof PlainRequest): string {
  const value = own(request, name);
  return typeof value === "string" ? value : "";
}

/** Headers of any shape as name, value, name, value …; what is no text is left out. */
function pairs(headers: unknown): string[] {
  const out: string[] = [];
  const add = (name: unknown, value: unknown) => {
    if (typeof name === "string" && typeof value === "string") out.push(name, value);
  };
  try {
    if (Array.isArray(headers)) {
      for (const pair of headers) if (Array.isArray(pair)) add(pair[0], pair[1]);
    } else if (typeof (headers as Headers | undefined)?.forEach === "function") {
      (headers as Headers).forEach((value, name) => {
        add(name, value);
      });
    } else if (typeof headers === "object" && headers !== null) {
      for (const [name, value] of Object.entries(headers)) {
        for (const one of Array.isArray(value) ? value : [value]) add(name, one);
      }
    }
  } catch {
    // a hostile object: what came so far is judged
  }
  return out;
}
