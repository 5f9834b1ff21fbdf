/**
 * The names of an address that lead back to it: forward-confirmed reverse DNS.
 *
 * Whoever holds an address writes its reverse name as he likes; only whoever
 * holds the name can make it lead to the address. A fact only where every step
 * was answered, so a look-up that failed is never taken for a mismatch.
 */

import { parts, reversed } from "./address.js";
import type { Looked } from "./cache.js";
import { Failure } from "./failure.js";
import { nameOf, type Resolver } from "./resolver.js";

const HELD_MS = 3_600_000;
const HELD_NOT_MS = 600_000;
/** Names of one address that are followed. */
const MAX_NAMES = 4;

/** At most five queries. */
export async function dns(ip: unknown, resolve: Resolver): Promise<Looked> {
  const address = typeof ip === "string" ? parts(ip) : undefined;
  if (!address) throw new Failure("bad_name");
  const { records, unsure } = await resolve(reversed(address), "PTR");
  if (unsure) throw new Failure("failed", "no name was found, or no server answered");
  const type = address.length === 4 ? "A" : "AAAA";
  const names = records.filter(isName);
  const followed = await Promise.all(
    names.slice(0, MAX_NAMES).map(async (name) => {
      const found = await resolve(name, type);
      if (found.unsure) throw new Failure("failed", "no address was found, or no server answered");
      return found.records.some((record) => String(parts(record)) === String(address));
    }),
  );
  const confirmed = names.filter((_, index) => followed[index]);
  if (confirmed.length === 0 && names.length > MAX_NAMES) throw new Failure("too_large");
  return { fact: { names: confirmed }, ttlMs: confirmed.length > 0 ? HELD_MS : HELD_NOT_MS };
}

function isName(name: string): boolean {
  try {
    return nameOf(name) === name;
  } catch {
    return false;
  }
}
