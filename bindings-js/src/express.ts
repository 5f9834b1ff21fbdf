/**
 * Doorward for Express, and for Connect and what else calls `(req, res, next)`.
 *
 * ```ts
 * app.use(protect(ward, { context: (req) => ({ userId: req.session?.userId }) }));
 * ```
 *
 * The decision is in `res.locals.doorward`. Express's `trust proxy` changes
 * nothing: whose forwarding headers count is said by the policy's `proxies`.
 */

import type { IncomingMessage, ServerResponse } from "node:http";
import { decide, type ProtectArguments, refuse, setHeaders, watch } from "./adapters/guard.js";
import type { Ward } from "./ward.js";

export { doorward as default } from "./doorward.js";
export * from "./index.js";

/** Express's response, or Node's. */
export type ExpressResponse = ServerResponse & { locals?: Record<string, unknown> };

/** Refuses what the ward denies; the rest gets its limits as headers and goes on. */
export function protect<
  Needs extends string,
  Req extends IncomingMessage = IncomingMessage,
  Res extends ExpressResponse = ExpressResponse,
>(
  ward: Ward<Needs>,
  ...[options]: ProtectArguments<Needs, [req: Req, res: Res]>
): (req: Req, res: Res, next: (error?: unknown) => void) => void {
  return (req, res, next) => {
    decide(ward as Ward<string>, req, options, [req, res]).then((decision) => {
      res.locals ??= {};
      res.locals.doorward = decision;
      if (decision.isDenied()) return refuse(req, res, decision);
      setHeaders(res, decision.headers());
      watch(res, decision);
      next();
    }, next);
  };
}
