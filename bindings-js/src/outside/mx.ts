/** Where the mail of a domain goes (RFC 5321, section 5; RFC 7505 for none). */

import type { Looked } from "./cache.js";
import { Failure } from "./failure.js";
import { nameOf, type Resolver } from "./resolver.js";

const HELD_MS = 3_600_000;
const HELD_NOT_MS = 300_000;
const MAX_HOSTS = 16;

/** At most three queries. */
export async function mx(domain: unknown, resolve: Resolver): Promise<Looked> {
  const name = nameOf(domain);
  const { exists, records, unsure } = await resolve(name, "MX");
  const hosts = records.slice(0, MAX_HOSTS);
  if (hosts.length > 0) return { fact: { exists, hosts, address: false }, ttlMs: HELD_MS };
  // without one, mail goes to the domain's own address
  const [four, six] = await Promise.all([resolve(name, "A"), resolve(name, "AAAA")]);
  const address = four.records.length + six.records.length > 0;
  if (unsure && !address) throw new Failure("failed", "nothing was found, or no server answered");
  const there = exists || four.exists || six.exists;
  return { fact: { exists: there, hosts, address }, ttlMs: address ? HELD_MS : HELD_NOT_MS };
}
