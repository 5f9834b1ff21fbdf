/**
 * What `protect` of every host shares: ask the application for its context,
 * decide, refuse what is denied, and tell the client its limits where not.
 *
 * A host's own file knows the shape of its handlers and nothing else. Errors of
 * the application's `context` and handlers are the application's and go where
 * the host sends errors.
 */

import type { Context, Fact } from "../context.js";
import type { Decision } from "../decision.js";
import { isWorker } from "../environment.js";
import { answered, type FetchRequest, isFollowed, type Ward, type WardRequest } from "../ward.js";

/** A value, or a promise of it. */
export type Awaitable<T> = T | PromiseLike<T>;

/** What `protect` takes after the ward: `context` is required where rules need fields of it. */
export type ProtectArguments<Needs extends string, Args extends readonly unknown[]> = [
  Needs,
] extends [never]
  ? [options?: ProtectOptions<Args>]
  : [options: Required<ProtectOptions<Args, Context & Readonly<Record<Needs, Fact>>>>];

/** What `protect` takes after the ward. */
export interface ProtectOptions<
  Args extends readonly unknown[] = readonly unknown[],
  C = Context | undefined,
> {
  /** What the application knows of a request, from what the host hands to a handler. */
  readonly context?: (...args: Args) => Awaitable<C>;
}

/** Decides about a request, with the context that the application makes of `args`. */
export async function decide<Args extends readonly unknown[]>(
  ward: Ward<string>,
  request: WardRequest,
  options: ProtectOptions<Args> | undefined,
  args: Args,
): Promise<Decision> {
  const context = await options?.context?.(...args);
  // what rules need of it is checked where the options are made
  return ward.protect(request, context as Context & Record<string, Fact>);
}

/** Decides, and answers with the refusal or with what `handle` makes of the request. */
export async function guard<Args extends readonly unknown[], R extends Response | undefined>(
  ward: Ward<string>,
  request: Request,
  options: ProtectOptions<Args> | undefined,
  args: Args,
  handle: (decision: Decision) => Awaitable<R>,
): Promise<R | Response> {
  const decision = await decide(ward, request, options, args);
  if (decision.isDenied()) return refusal(decision, request);
  return withLimits(await handle(decision), decision);
}

/** The refusal as a Fetch response. */
export function refusal(decision: Decision, request: FetchRequest): Response {
  const { status, headers, body } = decision.refusal(request.headers.get("accept"));
  drain(request);
  return new Response(request.method === "HEAD" ? null : body, { status, headers });
}

/** Reads on past a body that nobody will read: under Node it would hold up its connection. */
function drain(request: FetchRequest & { readonly body?: ReadableStream | null }): void {
  // Cloudflare's runtime does so itself, and objects to it
  if (isWorker()) return;
  try {
    const { body } = request;
    if (body && !body.locked) body.pipeTo(new WritableStream()).catch(() => undefined);
  } catch {
    // a framework's proxy around the request: its host has to see to it
  }
}

/** A handler's response, with the decision's limits where the handler says nothing of its own. */
export function withLimits<R extends Response | undefined>(response: R, decision: Decision): R {
  // an upgrade has no response, or one that is an object of the host's own
  if (!response || response.status === 101) return response;
  answered(decision, response.status);
  const limits = Object.entries(decision.headers());
  if (limits.length === 0) return response;
  const add = (to: Response) => {
    for (const [name, value] of limits) if (!to.headers.has(name)) to.headers.set(name, value);
    return to as R & Response;
  };
  try {
    return add(response);
  } catch {
    // those of a redirect, and of what `fetch` brought, cannot be changed
  }
  try {
    return add(new Response(response.body, response));
  } catch {
    return response;
  }
}

/** What is used of Node's response. */
export interface NodeResponse {
  statusCode: number;
  readonly headersSent: boolean;
  setHeader(name: string, value: string): unknown;
  end(body: string): unknown;
  once?(event: "finish", listener: () => void): unknown;
}

/** Sees the status of Node's response, once it has one. */
export function watch(response: NodeResponse, decision: Decision): void {
  if (!isFollowed(decision)) return;
  response.once?.("finish", () => answered(decision, response.statusCode));
}

/** Refuses over Node's response. */
export function refuse(
  request: { readonly headers: { readonly accept?: string | undefined } },
  response: NodeResponse,
  decision: Decision,
): void {
  // a timeout of the application's may have answered while the body was read
  if (response.headersSent) return;
  const { status, headers, body } = decision.refusal(request.headers.accept);
  response.statusCode = status;
  setHeaders(response, headers);
  response.end(body);
}

/** Sets header fields, where that can still be done. */
export function setHeaders(response: NodeResponse, headers: Record<string, string>): void {
  if (response.headersSent) return;
  for (const name of Object.keys(headers)) response.setHeader(name, headers[name] ?? "");
}
