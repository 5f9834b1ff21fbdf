/**
 * Node's `IncomingMessage`, and what Express, Fastify's `raw`, Next's pages
 * router and Connect make of it.
 *
 * Shows the wire: header order, case and repeats, the raw target, the socket.
 * The body is read with exact-size reads and put back with `unshift` before
 * the stream can end, so that a later `for await`, `pipe` or body parser gets
 * every byte. Where a parser was there first, its result is inspected.
 */

import type { IncomingMessage } from "node:http";
import { type Body, type BodyBounds, type End, inspected, UNSEEN, whole } from "../body.js";
import { builtins } from "../builtins.js";
import { Flag } from "../frame.js";
import { type Adapter, type HeaderFilter, wantedPairs } from "./adapter.js";
import { parsedBytes } from "./parsed.js";

/** An incoming message, with what frameworks hang on it. */
export type NodeRequest = IncomingMessage & { originalUrl?: unknown; body?: unknown };

/** Whether it has the shape of Node's incoming message. */
export function isNodeRequest(request: object): request is NodeRequest {
  return Array.isArray((request as Partial<IncomingMessage>).rawHeaders);
}

/** Shows Node's requests. */
export const nodeAdapter: Adapter<NodeRequest> = {
  peer: (request) => request.socket?.remoteAddress ?? "",

  fill(input, request, reads) {
    input.method = request.method ?? "";
    // routers such as Express cut `url` to what is left of it
    const target = typeof request.originalUrl === "string" ? request.originalUrl : request.url;
    input.target = reads.target ? (target ?? "") : "";
    input.flags |= Flag.ALL_HEADERS | Flag.HEADER_ORDER | Flag.RAW_TARGET;
    if ((request.socket as { encrypted?: boolean } | undefined)?.encrypted) {
      input.flags |= Flag.HTTPS;
    }
    input.headers =
      request.httpVersionMajor >= 2
        ? http2Headers(request, reads.headers)
        : wantedPairs(request.rawHeaders, reads.headers);
  },

  body: nodeBody,
  seen: nodeSeen,
};

/** The body; `left` is what a parser may have left of it. */
export function nodeBody(
  request: NodeRequest,
  bounds: BodyBounds,
  left: unknown = request.body,
): Promise<Body> | Body | undefined {
  if (!mayHaveBody(request)) return undefined;
  const earlier = captured.get(request);
  if (earlier) return earlier;
  if (!isUnread(request)) return parsed(request, bounds, left);
  const reading = read(request, bounds);
  captured.set(request, reading);
  discardAbandoned();
  return reading;
}

/** What of the body can be seen without touching the stream. */
export function nodeSeen(
  request: NodeRequest,
  bounds: BodyBounds,
  left: unknown = request.body,
): Body | undefined {
  return mayHaveBody(request) ? parsed(request, bounds, left) : undefined;
}

/** HTTP/2 names the authority in a pseudo header; the core knows it as `host`. */
function http2Headers(request: NodeRequest, filter: HeaderFilter): readonly string[] {
  const pairs: string[] = [];
  const raw = request.rawHeaders;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? "";
    if (name === ":authority") pairs.push("host", raw[i + 1] ?? "");
    else if (!name.startsWith(":")) pairs.push(name, raw[i + 1] ?? "");
  }
  return wantedPairs(pairs, filter);
}

/** Whether its head announces a body. */
export function mayHaveBody(request: NodeRequest): boolean {
  const { headers } = request;
  if (headers["transfer-encoding"] !== undefined) return true;
  const length = headers["content-length"];
  if (length !== undefined) return length !== "0";
  return request.httpVersionMajor >= 2 && !request.complete;
}

/** What a body parser left, if one was there. */
function parsed(request: NodeRequest, bounds: BodyBounds, left: unknown): Body {
  const bytes = isUnread(request)
    ? undefined
    : parsedBytes(left, request.headers["content-type"] ?? "");
  return bytes === undefined ? UNSEEN : whole(bytes, bounds);
}

/** Nobody has read it or is about to, and what comes are bytes. */
function isUnread(request: NodeRequest): boolean {
  return (
    !request.readableDidRead &&
    !request.readableFlowing &&
    !request.readableEnded &&
    !request.destroyed &&
    request.readableEncoding === null &&
    typeof request.unshift === "function"
  );
}

/** What was read of a request, for a second ward that looks at it. */
const captured = new WeakMap<NodeRequest, Promise<Body>>();

let discarding = false;

/**
 * Reads past what nobody wants of a body once the response is out. Node does so only where nobody
 * began to read; a longer body would hold up the next request of its connection.
 */
function discardAbandoned(): void {
  const builtin = builtins();
  if (discarding || !builtin) return;
  discarding = true;
  const { subscribe } = builtin("node:diagnostics_channel");
  subscribe("http.server.response.finish", (message) => {
    const { request } = message as { request: NodeRequest };
    if (!captured.has(request) || request.readableEnded || request.readableFlowing) return;
    // somebody still reads, or will when what it feeds has room again
    if (request.listenerCount("readable") + request.listenerCount("data") > 0) return;
    request.resume();
  });
}

function read(request: NodeRequest, bounds: BodyBounds): Promise<Body> {
  const chunks: Buffer[] = [];
  let length = 0;
  // of a body known to be too long for its end to be seen, the head is enough
  const announced = Number(request.headers["content-length"]);
  const enough = announced > bounds.spoolBytes ? bounds.maxBytes : bounds.spoolBytes;

  /** Takes what is buffered. Exact sizes: asking for more than there is would end the stream. */
  const take = (): End | undefined => {
    while (request.readableLength > 0 && length <= enough) {
      const chunk: unknown = request.read(request.readableLength);
      if (!Buffer.isBuffer(chunk)) break;
      chunks.push(chunk);
      length += chunk.length;
    }
    if (length > enough) return "spooled";
    if (length === announced || (request.complete && request.readableLength === 0)) {
      return "complete";
    }
    return request.destroyed || request.errored ? "aborted" : undefined;
  };

  const finish = (end: End): Body => {
    if (!request.readableEnded) for (const chunk of chunks.toReversed()) request.unshift(chunk);
    return inspected(chunks, end, bounds);
  };

  return new Promise((resolve) => {
    const done = (end: End) => {
      clearTimeout(timer);
      request.off("readable", onReadable);
      request.off("error", onAbort);
      request.off("close", onAbort);
      resolve(finish(end));
    };
    const onReadable = () => {
      const end = take();
      if (end !== undefined) done(end);
    };
    const onAbort = () => done(take() ?? "aborted");
    const timer = setTimeout(done, bounds.deadlineMs, "late");
    // Listening makes the stream read in the next tick, and a read of an ended
    // empty one ends it. By then the parser is done with what had arrived, so
    // a body that is all here is found without listening.
    const { nextTick } = process;
    nextTick(() => {
      const end = take();
      if (end !== undefined) return done(end);
      request.on("readable", onReadable);
      request.on("error", onAbort);
      request.on("close", onAbort);
    });
  });
}
