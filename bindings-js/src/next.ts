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

import { shared } from "./shared.js";

export { doorward as default } from "./doorward.js";
export * from "./index.js";

interface Server {
  emit(this: unknown, event: string | symbol, ...rest: unknown[]): boolean;
}

interface Builtins {
  "node:http": { Server: { prototype: Server } };
  "node:https": { Server: { prototype: Server } };
  "node:async_hooks": {
    AsyncLocalStorage: new () => {
      run<T>(store: Message, task: () => T): T;
      getStore(): Message | undefined;
    };
  };
}

interface Message {
  readonly socket?: { readonly remoteAddress?: string | undefined };
}

/** Remembers the socket of each request; for `instrumentation.ts`. Calling it again changes nothing. */
export function register(): void {
  const home = shared();
  const builtin = builtins();
  if (home.socket || !builtin) return;
  const requests = new (builtin("node:async_hooks").AsyncLocalStorage)();
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

/** Node's own modules, reached without an import that a bundler for the edge would follow. */
function builtins(): (<N extends keyof Builtins>(name: N) => Builtins[N]) | undefined {
  const { EdgeRuntime, process } = globalThis as {
    EdgeRuntime?: unknown;
    process?: { getBuiltinModule?: unknown };
  };
  // even to look at a function of Node's is an error in the edge runtime
  if (EdgeRuntime !== undefined) return undefined;
  const load = process?.getBuiltinModule;
  return typeof load === "function" ? (load.bind(process) as never) : undefined;
}
