/**
 * What a host knows about a request beside the request.
 *
 * A Fetch request has no socket. The host that made it often knows more: Bun's
 * server, Deno's info, the message that Hono's Node server got. It is kept
 * beside the request, so that every ward that looks at it later sees it too.
 */

import { shared } from "../shared.js";
import type { NodeRequest } from "./node.js";

/** What a host knows. */
export interface HostFacts {
  /** The peer's address, before any proxy header is considered. */
  readonly address?: string | undefined;
  /** The message on the wire that the request was made from. */
  readonly wire?: NodeRequest | undefined;
}

/** Keeps what a host knows about a request. */
export function tell(request: object, facts: HostFacts): void {
  shared().hosts.set(request, facts);
}

/** What the host of a request knows about it, if it told. */
export function told(request: object): HostFacts | undefined {
  return shared().hosts.get(request);
}
