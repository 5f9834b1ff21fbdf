/**
 * The keys in a directory that a client names.
 *
 * The URL is the client's, so it is a way to make this machine ask others:
 * https only, on port 443, by a name and not an address; what the name leads to
 * must be public, and that address is what is connected to, so that a name
 * cannot mean one machine when it is checked and another when it is used. No
 * redirect is followed, an answer has 64 KB and two seconds.
 *
 * Knowledge: RFC 7517 (JWK), RFC 9111 (freshness),
 * draft-meunier-http-message-signatures-directory.
 */

import { isPublic } from "./address.js";
import type { Looked } from "./cache.js";
import { Failure } from "./failure.js";
import { type Fetched, get } from "./https.js";
import { nameOf, type Resolver } from "./resolver.js";

/** A set of public keys. */
export interface KeySet {
  readonly keys: readonly Readonly<Record<string, unknown>>[];
}

/** What the application says of key directories. */
export interface KeyOptions {
  /** Directories that are known and never fetched, by URL. */
  readonly pinned?: Readonly<Record<string, KeySet>>;
  /** Hosts, with their port where it is not 443, that may lie at addresses that are not public. */
  readonly hosts?: readonly string[];
  /** Certificate authorities (PEM) beside which no others are believed; Node, Bun and Deno. */
  readonly ca?: string;
}

const MEDIA = [
  "application/http-message-signatures-directory+json",
  "application/jwk-set+json",
  "application/json",
];
const HELD_MS = 3_600_000;
const HELD_LEAST_MS = 60_000;
const HELD_MOST_MS = 86_400_000;
const MAX_KEYS = 64;
const MAX_MEMBER = 2048;
const MAX_URL = 1024;

/** Fetches a directory: at most two queries and one connection. */
export async function key(url: unknown, options: KeyOptions, resolve: Resolver): Promise<Looked> {
  const target = targetOf(url);
  const known = options.hosts?.includes(target.host) === true;
  if (!known && target.port !== "") throw new Failure("not_allowed", "a port that is not 443");
  const name = nameOf(target.hostname);
  const found = await get(target, {
    ca: options.ca,
    addresses: async () => {
      const four = await resolve(name, "A");
      const all = four.records.length > 0 ? four : await resolve(name, "AAAA");
      if (all.records.length === 0) throw new Failure("failed", "the host has no address");
      const open = known ? all.records : all.records.filter(isPublic);
      if (open.length === 0) throw new Failure("not_allowed", "an address that is not public");
      return open;
    },
  });
  return { fact: read(found), ttlMs: freshFor(found.cacheControl) };
}

function targetOf(url: unknown): URL {
  if (typeof url !== "string" || url.length > MAX_URL) throw new Failure("not_allowed");
  let target: URL;
  try {
    target = new URL(url);
  } catch {
    throw new Failure("not_allowed", "no URL");
  }
  const { protocol, username, password } = target;
  if (protocol !== "https:" || username !== "" || password !== "") throw new Failure("not_allowed");
  return target;
}

/** The keys, reduced to what is public and known of them. */
function read({ type, text }: Fetched): KeySet {
  const media = type.split(";")[0]?.trim().toLowerCase() ?? "";
  if (!MEDIA.includes(media)) throw new Failure("bad_content", `found ${media}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Failure("bad_content", "no JSON");
  }
  return keySet(value);
}

const TEXTS = ["kty", "kid", "use", "alg", "crv", "x", "y", "n", "e"];
const TIMES = ["nbf", "exp"];

/** A key set without what is none of ours to see. */
export function keySet(value: unknown): KeySet {
  const keys = (value as { keys?: unknown } | null)?.keys;
  if (!Array.isArray(keys)) throw new Failure("bad_content", "no keys");
  return { keys: keys.slice(0, MAX_KEYS).filter(isObject).map(publicOf) };
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

function publicOf(jwk: object): Record<string, unknown> {
  const given = jwk as Record<string, unknown>;
  const isText = (value: unknown) => typeof value === "string" && value.length <= MAX_MEMBER;
  const names = [
    ...TEXTS.filter((name) => isText(given[name])),
    ...TIMES.filter((name) => Number.isFinite(given[name])),
  ];
  return Object.fromEntries(names.map((name) => [name, given[name]]));
}

/** How long an answer holds, by its own word within our bounds. */
export function freshFor(cacheControl: string): number {
  const said = cacheControl.toLowerCase();
  if (/\bno-(?:store|cache)\b/.test(said)) return HELD_LEAST_MS;
  const seconds = /\bmax-age\s*=\s*"?(\d{1,10})/.exec(said)?.[1];
  if (seconds === undefined) return HELD_MS;
  return Math.min(HELD_MOST_MS, Math.max(HELD_LEAST_MS, Number(seconds) * 1000));
}
