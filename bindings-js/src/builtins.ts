/** Node's own modules, reached without an import that a bundler for the edge would follow. */

/** What is used of them. */
export interface Builtins {
  "node:async_hooks": {
    AsyncLocalStorage: new <S>() => {
      run<T>(store: S, task: () => T): T;
      getStore(): S | undefined;
    };
  };
  "node:diagnostics_channel": {
    subscribe(channel: string, listener: (message: unknown) => void): void;
  };
  "node:dns": {
    promises: {
      Resolver: new (options: { timeout: number; tries: number }) => DnsResolver;
    };
  };
  "node:http": { Server: { prototype: Server } };
  "node:https": {
    Server: { prototype: Server };
    request(options: Readonly<Record<string, unknown>>): HttpsRequest;
  };
}

/** Of the DNS. */
interface DnsResolver {
  setServers(servers: readonly string[]): void;
  resolve(name: string, type: string): Promise<string[]>;
  resolveMx(name: string): Promise<{ exchange: string; priority: number }[]>;
}

/** A request that goes out. */
interface HttpsRequest {
  on(event: "error", listener: (error: Error) => void): void;
  on(event: "response", listener: (response: HttpsResponse) => void): void;
  end(): void;
  destroy(): void;
}

/** What comes back. */
interface HttpsResponse {
  readonly statusCode?: number;
  readonly headers: Readonly<Record<string, unknown>>;
  on(event: "error", listener: (error: Error) => void): void;
  on(event: "data", listener: (piece: Uint8Array) => void): void;
  on(event: "end", listener: () => void): void;
}

/** An event emitter. */
interface Server {
  emit(this: unknown, event: string | symbol, ...rest: unknown[]): boolean;
}

/** Loads one; undefined where there are none. */
export function builtins(): (<N extends keyof Builtins>(name: N) => Builtins[N]) | undefined {
  const { EdgeRuntime, process } = globalThis as {
    EdgeRuntime?: unknown;
    process?: { getBuiltinModule?: unknown };
  };
  // even to look at a function of Node's is an error in the edge runtime
  if (EdgeRuntime !== undefined) return undefined;
  const load = process?.getBuiltinModule;
  return typeof load === "function" ? (load.bind(process) as never) : undefined;
}
