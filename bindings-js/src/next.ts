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
 * ```
 *
 * It does nothing outside of Node, and imports nothing that edge runtimes lack.
 */

import { builtins } from "./builtins.js";
import { shared } from "./shared.js";
import { rememberAddresses } from "./sockets.js";

export { doorward as default } from "./doorward.js";
export * from "./index.js";

interface Message {
  readonly socket?: { readonly remoteAddress?: string | undefined };
}

/** Remembers the socket of each request; for `instrumentation.ts`. Calling it again changes nothing. */
export function register(): void {
  const home = shared();
  const builtin = builtins();
  if (home.socket || !builtin) return;
  rememberAddresses();
  const requests = new (builtin("node:async_hooks").AsyncLocalStorage)<Message>();
  home.socket = () => requests.getStore()?.socket;
  for (const name of ["node:http", "node:https"] as const) {
    const { prototype } = builtin(name).Server;
    const emit = prototype.emit;
    prototype.emit = function (event, ...rest) {
      if (event !== "request") return emit.call(this, event, ...rest);
      return requests.run(rest[0] as Message, () => emit.call(this, event, ...rest));
    };
  }
}
