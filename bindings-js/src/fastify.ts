/**
 * Doorward for Fastify.
 *
 * ```ts
 * app.addHook("onRequest", protect(ward));
 * app.post("/signup", { preHandler: protect(signup, { context: (r) => r.body }) }, handler);
 * ```
 *
 * `protect` makes a hook, for every route or for one. In `onRequest` a body is
 * read before Fastify's parser and given back to it; in `preHandler` what the
 * parser made of it is looked at. The decision is in `request.doorward`.
 */

import { decide, type NodeResponse, type ProtectArguments, watch } from "./adapters/guard.js";
import type { NodeRequest, Ward } from "./ward.js";

export { doorward as default } from "./doorward.js";
export * from "./index.js";

/** What is used of Fastify's request. */
export interface FastifyRequest {
  readonly raw: NodeRequest;
  readonly headers: { readonly accept?: string | undefined };
}

/** What is used of Fastify's reply. */
export interface FastifyReply {
  readonly sent: boolean;
  readonly raw?: NodeResponse;
  code(status: number): unknown;
  headers(values: Record<string, string>): unknown;
  send(payload: string): unknown;
}

/** A hook that refuses what the ward denies; the rest gets its limits as headers and goes on. */
export function protect<
  Needs extends string,
  Req extends FastifyRequest = FastifyRequest,
  Reply extends FastifyReply = FastifyReply,
>(
  ward: Ward<Needs>,
  ...[options]: ProtectArguments<Needs, [request: Req, reply: Reply]>
): (request: Req, reply: Reply) => Promise<unknown> {
  return async (request, reply) => {
    const args = [request, reply] as [Req, Reply];
    const decision = await decide(ward as Ward<string>, request, options, args);
    Object.assign(request, { doorward: decision });
    // a timeout of the application's may have answered while the body was read
    if (reply.sent) return reply;
    if (!decision.isDenied()) {
      reply.headers(decision.headers());
      if (reply.raw) watch(reply.raw, decision);
      return undefined;
    }
    const { status, headers, body } = decision.refusal(request.headers.accept);
    reply.code(status);
    reply.headers(headers);
    reply.send(body);
    return reply;
  };
}
