/**
 * Doorward for Node's `http` and frameworks on top of it. `ward.protect` takes
 * an `IncomingMessage`; a request that a framework wraps has one inside.
 *
 * ```ts
 * createServer(protect(ward, (request, response) => response.end("hello"))).listen(3000);
 * ```
 *
 * What the handler or `context` throws is what a listener of your own would
 * have thrown: `createServer({ captureRejections: true }, …)` answers it.
 */

import type { IncomingMessage, ServerResponse } from "node:http";
import { decide, type ProtectArguments, refuse, setHeaders, watch } from "./adapters/guard.js";
import type { Decision } from "./decision.js";
import type { Ward } from "./ward.js";

export { doorward as default } from "./doorward.js";
export * from "./index.js";

/** A listener that refuses what the ward denies and passes the rest to `handler`. */
export function protect<
  Needs extends string,
  Req extends IncomingMessage = IncomingMessage,
  Res extends ServerResponse = ServerResponse,
>(
  ward: Ward<Needs>,
  handler: (request: Req, response: Res, decision: Decision) => unknown,
  ...[options]: ProtectArguments<Needs, [request: Req, response: Res]>
): (request: Req, response: Res) => Promise<void> {
  return async (request, response) => {
    const args = [request, response] as [Req, Res];
    const decision = await decide(ward as Ward<string>, request, options, args);
    if (decision.isDenied()) return refuse(request, response, decision);
    setHeaders(response, decision.headers());
    watch(response, decision);
    await handler(request, response, decision);
  };
}
