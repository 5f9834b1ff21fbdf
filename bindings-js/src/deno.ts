/**
 * Doorward for Deno.
 *
 * ```ts
 * Deno.serve(protect(ward, (request) => new Response("hello")));
 * ```
 *
 * The peer is what `info.remoteAddr` says.
 */

import { guard, type ProtectArguments } from "./adapters/guard.js";
import { tell } from "./adapters/host.js";
import { type DenoAddress, denoAddress } from "./adapters/wrapped.js";
import type { Decision } from "./decision.js";
import type { Ward } from "./ward.js";

export { doorward as default } from "./doorward.js";
export * from "./index.js";

/** What is used of what `Deno.serve` hands in. */
export interface DenoInfo {
  readonly remoteAddr: DenoAddress;
}

/** A handler that refuses what the ward denies and passes the rest to `handler`. */
export function protect<
  Needs extends string,
  Req extends Request = Request,
  Info extends DenoInfo = DenoInfo,
>(
  ward: Ward<Needs>,
  handler: (request: Req, info: Info, decision: Decision) => Response | PromiseLike<Response>,
  ...[options]: ProtectArguments<Needs, [request: Req, info: Info]>
): (request: Req, info: Info) => Promise<Response> {
  return (request, info) => {
    tell(request, { address: denoAddress(info?.remoteAddr) });
    const args = [request, info] as [Req, Info];
    return guard(ward as Ward<string>, request, options, args, (decision) =>
      handler(request, info, decision),
    );
  };
}
