/**
 * Doorward for Bun.
 *
 * ```ts
 * Bun.serve({ fetch: protect(ward, (request) => new Response("hello")) });
 * ```
 *
 * Also for one entry of `routes`. The peer is what the server says of it.
 */

import { guard, type ProtectArguments } from "./adapters/guard.js";
import { tell } from "./adapters/host.js";
import { type BunServer, bunAddress } from "./adapters/wrapped.js";
import type { Decision } from "./decision.js";
import type { Ward } from "./ward.js";

export type { BunServer } from "./adapters/wrapped.js";
export { doorward as default } from "./doorward.js";
export * from "./index.js";

/** A handler that refuses what the ward denies and passes the rest to `handler`. */
export function protect<
  Needs extends string,
  Req extends Request = Request,
  S extends BunServer = BunServer,
  R extends Response | undefined = Response,
>(
  ward: Ward<Needs>,
  handler: (request: Req, server: S, decision: Decision) => R | PromiseLike<R>,
  ...[options]: ProtectArguments<Needs, [request: Req, server: S]>
): (request: Req, server: S) => Promise<R | Response> {
  return (request, server) => {
    tell(request, { address: bunAddress(server, request) });
    const args = [request, server] as [Req, S];
    return guard(ward as Ward<string>, request, options, args, (decision) =>
      handler(request, server, decision),
    );
  };
}
