/**
 * The application's own client, whichever it is: is it connected, and two
 * commands of it.
 *
 * Nothing is put into a client's offline queue. What lies there is sent when
 * the server is back, long after the request that asked was answered.
 */

/** ioredis, alone or a cluster. */
export interface IoRedisClient {
  readonly status: string;
  connect(): Promise<unknown>;
  evalsha(sha: string, keys: number, ...rest: string[]): Promise<unknown>;
  eval(script: string, keys: number, ...rest: string[]): Promise<unknown>;
  on(event: string, listener: () => void): unknown;
  off(event: string, listener: () => void): unknown;
}

/** What a script is called with, in node-redis. */
export interface ScriptOptions {
  keys: string[];
  arguments: string[];
}

/** node-redis, alone, a pool, sentinels or a cluster. */
export interface NodeRedisClient {
  readonly isOpen: boolean;
  readonly isReady?: boolean;
  evalSha(sha: string, options: ScriptOptions): Promise<unknown>;
  eval(script: string, options: ScriptOptions): Promise<unknown>;
  on(event: string, listener: () => void): unknown;
  off(event: string, listener: () => void): unknown;
}

/** A client over HTTP such as @upstash/redis; make it with `retry: false`. */
export interface HttpRedisClient {
  evalsha(sha: string, keys: string[], args: string[]): Promise<unknown>;
  eval(script: string, keys: string[], args: string[]): Promise<unknown>;
}

/** A client that `redisStore` can use. */
export type RedisClient = IoRedisClient | NodeRedisClient | HttpRedisClient;

/** What a take needs of a client. */
export interface Caller {
  /** Nothing where it is connected, otherwise when it is; throws where it is not about to. */
  ready(): Promise<void> | undefined;
  evalsha(sha: string, key: string, args: string[]): Promise<unknown>;
  eval(script: string, key: string, args: string[]): Promise<unknown>;
}

/** Tells clients apart. Throws a `TypeError` for what is none. */
export function callerOf(client: RedisClient): Caller {
  const has = (name: string) =>
    typeof (client as unknown as Record<string, unknown> | undefined)?.[name] === "function";
  if (has("evalSha") && has("eval")) return nodeRedis(client as NodeRedisClient);
  if (has("evalsha") && has("eval")) {
    return "status" in client ? ioRedis(client) : http(client as HttpRedisClient);
  }
  throw new TypeError("redisStore: expected a client of ioredis, node-redis or @upstash/redis");
}

function ioRedis(client: IoRedisClient): Caller {
  const connecting = new Set(["wait", "connecting", "connect"]);
  const coming = once(client, "ready", ["close", "end"]);
  return {
    ready() {
      const { status } = client;
      if (status === "ready") return undefined;
      if (!connecting.has(status)) throw new Error(`the client is not connected: ${status}`);
      const ready = coming();
      if (status === "wait") client.connect().catch(() => undefined);
      return ready;
    },
    evalsha: (sha, key, args) => client.evalsha(sha, 1, key, ...args),
    eval: (script, key, args) => client.eval(script, 1, key, ...args),
  };
}

function nodeRedis(client: NodeRedisClient): Caller {
  const coming = once(client, "ready", ["reconnecting", "end"]);
  return {
    ready() {
      if (!client.isOpen) throw new Error("the client is not connected: call its connect() first");
      // a cluster does not say
      return client.isReady === false ? coming() : undefined;
    },
    evalsha: (sha, key, args) => client.evalSha(sha, { keys: [key], arguments: args }),
    eval: (script, key, args) => client.eval(script, { keys: [key], arguments: args }),
  };
}

const http = (client: HttpRedisClient): Caller => ({
  ready: () => undefined,
  evalsha: (sha, key, args) => client.evalsha(sha, [key], args),
  eval: (script, key, args) => client.eval(script, [key], args),
});

/** One wait for an event, shared by all who wait, that ends with another event in an error. */
function once(client: IoRedisClient | NodeRedisClient, good: string, bad: readonly string[]) {
  let waiting: Promise<void> | undefined;
  return () => {
    waiting ??= new Promise<void>((resolve, reject) => {
      const settle = (call: () => void) => () => {
        waiting = undefined;
        client.off(good, fine);
        for (const event of bad) client.off(event, lost);
        call();
      };
      const fine = settle(resolve);
      const lost = settle(() => reject(new Error("the client could not connect")));
      client.on(good, fine);
      for (const event of bad) client.on(event, lost);
    });
    return waiting;
  };
}
