/**
 * A request that a framework wraps: Fastify's has Node's inside (`raw`), Hono's
 * context has a Fetch request (`req.raw`) and what its runtime handed in (`env`).
 *
 * Of Hono on Node the wire is shown and the Fetch request's body is read: the
 * message has order, case and the raw target, but the handler reads the body
 * from the Fetch request, and what is read there can be given back.
 */

import { type Body, type BodyBounds, UNSEEN, whole } from "../body.js";
import { isWorker } from "../environment.js";
import type { Adapter } from "./adapter.js";
import { fetchAdapter, isFetchRequest } from "./fetch.js";
import { type HostFacts, tell, told } from "./host.js";
import {
  isNodeRequest,
  mayHaveBody,
  type NodeRequest,
  nodeAdapter,
  nodeBody,
  nodeSeen,
} from "./node.js";

/** Fastify's request. */
interface FastifyRequest {
  readonly raw: NodeRequest;
  readonly body?: unknown;
}

/** Hono's context. */
interface HonoContext {
  readonly req: { readonly raw: Request; arrayBuffer?(): Promise<ArrayBuffer> };
  readonly env?: unknown;
}

/** The adapter of a framework's request; undefined where it is of no known framework. */
export function wrappedAdapter(request: object): Adapter<never> | undefined {
  if (isFastify(request)) return fastifyAdapter as Adapter<never>;
  if (isHono(request)) return honoAdapter as Adapter<never>;
  return undefined;
}

function isFastify(request: object): request is FastifyRequest {
  const { raw } = request as Partial<FastifyRequest>;
  return isObject(raw) && isNodeRequest(raw) && isObject(raw.headers);
}

function isHono(request: object): request is HonoContext {
  const { req } = request as Partial<HonoContext>;
  return isObject(req) && isObject(req.raw) && isFetchRequest(req.raw);
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

const fastifyAdapter: Adapter<FastifyRequest> = {
  peer: ({ raw }) => nodeAdapter.peer(raw),
  fill: (input, { raw }, reads) => nodeAdapter.fill(input, raw, reads),
  // what its parser left hangs on its own request
  body: ({ raw, body }, bounds) => nodeBody(raw, bounds, body),
  seen: ({ raw, body }, bounds) => nodeSeen(raw, bounds, body),
};

const honoAdapter: Adapter<HonoContext> = {
  peer: (context) => fetchAdapter.peer(requestOf(context)),
  fill: (input, context, reads) => fetchAdapter.fill(input, requestOf(context), reads),
  body(context, bounds) {
    const request = requestOf(context);
    // on Node the first look at a Fetch body makes it: a page has none
    const wire = told(request)?.wire;
    if (wire && !mayHaveBody(wire)) return undefined;
    return request.bodyUsed ? parsed(context, bounds) : fetchAdapter.body(request, bounds);
  },
  seen: ({ req }, bounds) => fetchAdapter.seen(req.raw, bounds),
};

/** Hono keeps what it parsed, and makes any other form of it. */
async function parsed({ req }: HonoContext, bounds: BodyBounds): Promise<Body> {
  const earlier = fetchAdapter.seen(req.raw, bounds);
  if (earlier && earlier !== UNSEEN) return earlier;
  try {
    const bytes = await req.arrayBuffer?.();
    return bytes ? whole(new Uint8Array(bytes), bounds) : UNSEEN;
  } catch {
    return UNSEEN;
  }
}

/** The Fetch request inside, with what the runtime knows told. */
function requestOf({ req, env }: HonoContext): Request {
  const { raw } = req;
  if (!told(raw)) tell(raw, runtimeFacts(env, raw));
  return raw;
}

/** What Hono's runtimes hand in beside a request. */
function runtimeFacts(env: unknown, request: Request): HostFacts {
  // there it holds the operator's bindings, and a service answers to any name
  if (isWorker()) return {};
  const { incoming, server, requestIP, remoteAddr } = (env ?? {}) as {
    readonly incoming?: unknown;
    readonly server?: BunServer;
    readonly requestIP?: unknown;
    readonly remoteAddr?: DenoAddress;
  };
  if (isObject(incoming) && isNodeRequest(incoming)) {
    return { address: nodeAdapter.peer(incoming), wire: incoming };
  }
  if (typeof requestIP === "function") return { address: bunAddress(env as BunServer, request) };
  if (server) return { address: bunAddress(server, request) };
  return { address: denoAddress(remoteAddr) };
}

/** What is used of Bun's server. */
export interface BunServer {
  requestIP(request: never): { readonly address: string } | null;
}

/** The peer of a request as Bun's server knows it. */
export function bunAddress(server: BunServer | undefined, request: object): string | undefined {
  try {
    return text(server?.requestIP(request as never)?.address);
  } catch {
    return undefined;
  }
}

/** An address as Deno tells it; that of a Unix domain socket has no host name. */
export interface DenoAddress {
  readonly transport?: string;
  readonly hostname?: string;
}

/** The peer's address; undefined where there is none. */
export function denoAddress(address: DenoAddress | undefined): string | undefined {
  return text(address?.hostname);
}

const text = (value: unknown) => (typeof value === "string" ? value : undefined);
