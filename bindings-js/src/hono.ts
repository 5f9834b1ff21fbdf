/**
 * Doorward for Hono, on Node, Bun, Deno and Workers.
 *
 * ```ts
 * app.use(protect(ward, { context: (c) => ({ userId: c.get("userId") }) }));
 * ```
 *
 * `ward.protect` takes Hono's context `c`: its runtime's `env` shows the peer,
 * and on Node the request as it was on the wire. The decision is in
 * `c.get("doorward")`; the type is `new Hono<{ Variables: { doorward: Decision } }>()`.
 */

import { decide, type ProtectArguments, refusal, withLimits } from "./adapters/guard.js";
import type { FetchRequest, Ward } from "./ward.js";

export { doorward as default } from "./doorward.js";
export * from "./index.js";

/** What is used of Hono's context. */
export interface HonoContext {
  readonly req: { readonly raw: FetchRequest };
  readonly env: unknown;
  res: Response;
}

/** A middleware that refuses what the ward denies; the rest goes on and gets its limits as headers. */
export function protect<Needs extends string, C extends HonoContext = HonoContext>(
  ward: Ward<Needs>,
  ...[options]: ProtectArguments<Needs, [c: C]>
): (c: C, next: () => Promise<void>) => Promise<Response | undefined> {
  return async (c, next) => {
    const decision = await decide(ward as Ward<string>, c, options, [c] as [C]);
    (c as unknown as { set(name: string, value: unknown): void }).set("doorward", decision);
    if (decision.isDenied()) return refusal(decision, c.req.raw);
    await next();
    const response = withLimits(c.res, decision);
    if (response !== c.res) c.res = response;
    return undefined;
  };
}
