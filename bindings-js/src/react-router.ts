/**
 * Doorward for React Router 7 in framework mode, with the flag `v8_middleware`.
 *
 * ```ts
 * // app/root.tsx
 * export const middleware = [protect(ward, { context: ({ params }) => ({ tenant: params.tenant }) })];
 * // in a loader or an action
 * const decision = context.get(decisionContext);
 * ```
 *
 * React Router's servers hand no socket to the application. `protect` captures
 * the sockets of this process's Node servers; where only loaders and actions
 * call `ward.protect(request)`, call `register` once beside the ward.
 */

import { decide, type ProtectArguments, refusal, withLimits } from "./adapters/guard.js";
import type { Decision } from "./decision.js";
import { captureSockets } from "./sockets.js";
import type { Ward } from "./ward.js";

export { doorward as default } from "./doorward.js";
export * from "./index.js";
export { captureSockets as register } from "./sockets.js";

/** What is used of what React Router hands to a middleware. */
export interface RouterArgs {
  readonly request: Request;
  readonly context: { set(key: { defaultValue?: unknown }, value: unknown): void };
}

/** Where loaders and actions find the decision; null where no middleware made one. */
export const decisionContext: { defaultValue?: Decision | null } = { defaultValue: null };

/** A middleware that refuses what the ward denies; the rest goes on and gets its limits as headers. */
export function protect<Needs extends string, Args extends RouterArgs = RouterArgs>(
  ward: Ward<Needs>,
  ...[options]: ProtectArguments<Needs, [args: Args]>
): (args: Args, next: () => Promise<Response>) => Promise<Response> {
  captureSockets();
  return async (args, next) => {
    const { request, context } = args;
    const decision = await decide(ward as Ward<string>, request, options, [args] as [Args]);
    context.set(decisionContext, decision);
    if (!decision.isDenied()) return withLimits(await next(), decision);
    const response = refusal(decision, request);
    // what the router in the browser asks for: thrown, it reaches the route's ErrorBoundary
    if (request.headers.get("sec-fetch-dest") === "empty") throw response;
    return response;
  };
}
