/**
 * The store behind `doorward replay --store redis://…`.
 *
 * Its keys are HMACs under a secret of this run alone: what is replayed never
 * counts against anybody, and the next run begins afresh. The clock is the
 * recording's. The client is the one that is installed.
 */

import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { BadInput } from "../files.js";
import { redisStore } from "../redis.js";
import { answering } from "../store.js";
import type { RedisClient } from "./clients.js";

/** A replay waits longer than a request would: nobody is kept waiting. */
const DEADLINE_MS = 1000;
const CONNECT_MS = 5000;

/** Answers a replay's needs. */
export interface ReplayStore {
  readonly secret: Uint8Array;
  answer(needs: string): Promise<string>;
  /** Lets go of the server; what to say of it, if something. */
  end(): string;
}

/** Is this where a Redis is, rather than the name of another store? */
export const isRedisUrl = (text: string) => /^rediss?:\/\//.test(text);

/** Connects; throws {@link BadInput} where that fails. */
export async function replayStore(url: string): Promise<ReplayStore> {
  const connection = await connected(url);
  let failures = 0;
  let cause = "";
  const store = redisStore(connection.client, { deadlineMs: DEADLINE_MS });
  return {
    secret: crypto.getRandomValues(new Uint8Array(32)),
    answer: answering(store, undefined, (error) => {
      failures++;
      cause = messageOf(error);
    })(),
    end() {
      connection.end();
      return failures === 0
        ? ""
        : `doorward replay: the store did not answer ${failures} times, the embedded one did: ${cause}\n`;
    },
  };
}

interface Connection {
  readonly client: RedisClient;
  end(): void;
}

/** As much of a client package as is needed here. */
type Loaded = Record<string, never> & { default?: Record<string, never> };

async function connected(url: string): Promise<Connection> {
  const where = shown(url);
  const [name, found] = await client();
  try {
    return await (name === "ioredis" ? ioRedis(found, url) : nodeRedis(found, url));
  } catch (error) {
    throw new BadInput(
      `doorward replay: found no server at --store ${where} (${messageOf(error)}), expected Redis or Valkey`,
    );
  }
}

/** The address without what is secret in it. */
function shown(url: string): string {
  try {
    const { protocol, host, pathname } = new URL(url);
    if (host !== "") return `${protocol}//${host}${pathname}`;
  } catch {
    // said below
  }
  throw new BadInput(
    "doorward replay: found a --store that is no address, expected redis://HOST:PORT",
  );
}

async function client(): Promise<[string, Loaded]> {
  for (const name of ["ioredis", "redis"]) {
    const found = await installed(name);
    if (found) return [name, found];
  }
  throw new BadInput(
    "doorward replay: --store redis://… needs a client, found neither ioredis nor redis: npm install ioredis",
  );
}

/** A package as this one sees it, or else as the application does. */
async function installed(name: string): Promise<Loaded | undefined> {
  const absent = (error: unknown) =>
    /^(ERR_)?MODULE_NOT_FOUND$/.test(String((error as { code?: unknown }).code));
  try {
    return await import(name);
  } catch (error) {
    if (!absent(error)) throw error;
  }
  try {
    const path = createRequire(join(process.cwd(), "package.json")).resolve(name);
    return await import(pathToFileURL(path).href);
  } catch (error) {
    if (!absent(error)) throw error;
    return undefined;
  }
}

interface Connecting {
  on(event: "error", listener: (error: Error) => void): unknown;
  connect(): Promise<unknown>;
  disconnect(): void;
  destroy(): void;
}

async function ioRedis(found: Loaded, url: string): Promise<Connection> {
  const Redis = (found.Redis ?? found.default?.Redis) as unknown as new (
    url: string,
    options: object,
  ) => Connecting;
  const client = new Redis(url, { lazyConnect: true, connectTimeout: CONNECT_MS });
  let why: Error | undefined;
  client.on("error", (error) => {
    why = error;
  });
  try {
    await client.connect();
  } catch (error) {
    client.disconnect();
    throw why ?? error;
  }
  return { client: client as never, end: () => client.disconnect() };
}

async function nodeRedis(found: Loaded, url: string): Promise<Connection> {
  const createClient = (found.createClient ?? found.default?.createClient) as unknown as (
    options: object,
  ) => Connecting;
  let once = false;
  const client = createClient({
    url,
    socket: {
      connectTimeout: CONNECT_MS,
      reconnectStrategy: (tries: number, cause: Error) =>
        once ? Math.min(tries * 50, 1000) : cause,
    },
  });
  client.on("error", () => undefined);
  await client.connect();
  once = true;
  return { client: client as never, end: () => client.destroy() };
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
