/**
 * Doorward for Next.js.
 *
 * Route handlers show no socket, and a client may send any `X-Forwarded-For`.
 * `register` remembers the socket of each request, so that `ip.src` is the
 * peer's address where no platform or proxy of the policy says otherwise:
 *
 * ```ts
 * // instrumentation.ts
 * export { register } from "doorward/next";
 * // proxy.ts
 * export const proxy = protect(ward);
 * // a server action or a server component
 * const decision = await ward.protect(await request(), { userId });
 * ```
 *
 * `register` does nothing outside of Node, and nothing here imports what edge
 * runtimes lack.
 */

import { decide, type ProtectArguments, refusal } from "./adapters/guard.js";
import type { PlainRequest } from "./adapters/plain.js";
import { shared } from "./shared.js";
import type { Ward } from "./ward.js";

export { doorward as default } from "./doorward.js";
export * from "./index.js";
export { captureSockets as register } from "./sockets.js";

/**
 * For `proxy.ts`, or `middleware.ts` before Next 16: refuses what the ward denies; the rest goes
 * on and gets its limits as headers.
 */
export function protect<Needs extends string, Req extends Request = Request>(
  ward: Ward<Needs>,
  ...[options]: ProtectArguments<Needs, [request: Req]>
): (request: Req) => Promise<Response> {
  return async (request) => {
    const decision = await decide(ward as Ward<string>, request, options, [request] as [Req]);
    if (decision.isDenied()) return refusal(decision, request);
    // what NextResponse.next() writes
    return new Response(null, { headers: { ...decision.headers(), "x-middleware-next": "1" } });
  };
}

/**
 * The request behind a server action or a server component: its headers and its peer. Next shows
 * neither method, target nor body there; what matters of them belongs into the context.
 */
export async function request(): Promise<PlainRequest> {
  // with its ending, because Node resolves it so where no bundler does
  const { headers } = (await import("next/headers.js" as string)) as {
    headers(): Promise<Headers>;
  };
  return {
    // the few that Next keeps to itself are its own, and no rule looks for them
    headers: await headers(),
    ip: shared().socket?.()?.remoteAddress ?? "",
  };
}
