/**
 * Doorward for Cloudflare Workers.
 *
 * ```ts
 * export default { fetch: protect(ward, (request, env, ctx, decision) => fetch(request.clone())) };
 * ```
 *
 * The client's address is what Cloudflare's edge wrote into `cf-connecting-ip`,
 * which is believed because the runtime says it is Cloudflare's.
 */

import { guard, type ProtectArguments } from "./adapters/guard.js";
import type { Decision } from "./decision.js";
import type { Ward } from "./ward.js";

export { doorward as default } from "./doorward.js";
export * from "./index.js";

/** A handler that refuses what the ward denies and passes the rest to `handler`. */
export function protect<
  Needs extends string,
  Req extends Request = Request,
  Env = unknown,
  Ctx = unknown,
>(
  ward: Ward<Needs>,
  handler: (
    request: Req,
    env: Env,
    ctx: Ctx,
    decision: Decision,
  ) => Response | PromiseLike<Response>,
  ...[options]: ProtectArguments<Needs, [request: Req, env: Env, ctx: Ctx]>
): (request: Req, env: Env, ctx: Ctx) => Promise<Response> {
  return (request, env, ctx) => {
    const args = [request, env, ctx] as [Req, Env, Ctx];
    return guard(ward as Ward<string>, request, options, args, (decision) =>
      handler(request, env, ctx, decision),
    );
  };
}
