/**
 * Doorward for SvelteKit.
 *
 * ```ts
 * // src/hooks.server.ts
 * export const handle = protect(ward, { context: (event) => ({ userId: event.locals.user?.id }) });
 * ```
 *
 * The decision is in `event.locals.doorward`. The peer is what Kit's adapter
 * says: it knows its platform, and a header it reads (`ADDRESS_HEADER` of
 * adapter-node) is one that the operator named.
 *
 * Not judged are requests that no client sent: pages that are prerendered, and
 * what the application's own `event.fetch` asks of itself. There
 * `event.locals.doorward` is undefined.
 */

import {
  type Awaitable,
  decide,
  type ProtectArguments,
  refusal,
  withLimits,
} from "./adapters/guard.js";
import { tell } from "./adapters/host.js";
import type { Ward } from "./ward.js";

export { doorward as default } from "./doorward.js";
export * from "./index.js";

/** What is used of Kit's event. */
export interface KitEvent {
  readonly request: Request;
  readonly locals: object;
  readonly isSubRequest: boolean;
  getClientAddress(): string;
}

/** What Kit hands to `handle`. */
export interface KitInput<E extends KitEvent> {
  event: E;
  resolve(event: E): Awaitable<Response>;
}

/** Kit's own words, thrown while it prerenders and never because of what a client sent. */
const PRERENDERING = "Cannot read clientAddress during prerendering";

/** A `handle` that refuses what the ward denies; the rest is resolved and gets its limits as headers. */
export function protect<Needs extends string, E extends KitEvent = KitEvent>(
  ward: Ward<Needs>,
  ...[options]: ProtectArguments<Needs, [event: E]>
): (input: KitInput<E>) => Promise<Response> {
  return async ({ event, resolve }) => {
    if (event.isSubRequest) return resolve(event);
    const { request } = event;
    try {
      tell(request, { address: event.getClientAddress() });
    } catch (error) {
      if ((error as Error | undefined)?.message === PRERENDERING) return resolve(event);
      // an adapter that knows none: what needs it is undetermined
    }
    const decision = await decide(ward as Ward<string>, request, options, [event] as [E]);
    Object.assign(event.locals, { doorward: decision });
    if (decision.isDenied()) return refusal(decision, request);
    return withLimits(await resolve(event), decision);
  };
}
