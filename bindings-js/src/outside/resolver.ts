/** Asking the DNS, on whichever host this is. */

import { builtins } from "../builtins.js";
import { isWorker } from "../environment.js";
import { httpsResolver } from "./doh.js";
import { Failure } from "./failure.js";

/** What is asked for. */
export type RecordType = "A" | "AAAA" | "MX" | "PTR";

/** What a name has of one type; names without their last dot, exchanges by preference. */
export interface Answer {
  /** False where the name does not exist at all. */
  readonly exists: boolean;
  readonly records: readonly string[];
  /** The host cannot tell that there is nothing from servers that failed. */
  readonly unsure?: true;
}

/** Asks for the records of a name. Throws a `Failure` where there is no answer. */
export type Resolver = (name: string, type: RecordType) => Promise<Answer>;

/** Of one query to one server; it is sent twice. */
const QUERY_MS = 400;
const TRIES = 2;

/** `dns`: nothing for the system's servers, their addresses, or a DNS-over-HTTPS URL. */
export function resolverOf(dns: string | readonly string[] | undefined): Resolver {
  if (typeof dns === "string") return httpsResolver(dns);
  // Cloudflare's node:dns asks a public resolver, which nobody has named
  if (isWorker()) return noResolver;
  const { Deno } = globalThis as { Deno?: { resolveDns?: ResolveDns } };
  if (typeof Deno?.resolveDns === "function") return denoResolver(Deno.resolveDns, dns);
  const Resolver = builtins()?.("node:dns")?.promises?.Resolver;
  if (!Resolver) return noResolver;
  const resolver = new Resolver({ timeout: QUERY_MS, tries: TRIES });
  if (dns) resolver.setServers(dns);
  return async (name, type) => {
    try {
      if (type === "MX")
        return { exists: true, records: exchanges(await resolver.resolveMx(name)) };
      const records = await resolver.resolve(name, type);
      return { exists: true, records: records.map(bare) };
    } catch (error) {
      const code = (error as { code?: unknown }).code;
      if (code === "ENODATA") return { exists: true, records: [] };
      if (code === "ENOTFOUND") return { exists: false, records: [] };
      throw new Failure(code === "ETIMEOUT" ? "timeout" : "failed", String(code));
    }
  };
}

const noResolver: Resolver = async () => {
  throw new Failure("no_resolver");
};

/** A mail exchange as Node and Deno write it. */
interface Exchange {
  readonly exchange: string;
  readonly priority?: number;
  readonly preference?: number;
}

type ResolveDns = (
  name: string,
  type: RecordType,
  options: { nameServer?: { ipAddr: string; port: number }; signal: AbortSignal },
) => Promise<readonly (string | Exchange)[]>;

/** Deno has one error for a name or record that does not exist and for a server that failed. */
function denoResolver(resolve: ResolveDns, dns: readonly string[] | undefined): Resolver {
  const server = dns?.[0];
  const nameServer = server === undefined ? undefined : addressAndPort(server);
  return async (name, type) => {
    const signal = AbortSignal.timeout(QUERY_MS * (TRIES + 1));
    try {
      const found = await resolve(name, type, { ...(nameServer && { nameServer }), signal });
      const texts = found.filter((record) => typeof record === "string");
      const mail = found.filter((record) => typeof record !== "string");
      return { exists: true, records: type === "MX" ? exchanges(mail) : texts.map(bare) };
    } catch (error) {
      const kind = (error as Error).name;
      if (kind === "NotFound") return { exists: false, records: [], unsure: true };
      throw new Failure(signal.aborted ? "timeout" : "failed", kind);
    }
  };
}

function addressAndPort(server: string): { ipAddr: string; port: number } {
  const { hostname, port } = new URL(`dns://${server}`);
  return { ipAddr: hostname.replace(/^\[|\]$/g, ""), port: Number(port) || 53 };
}

const preference = ({ priority, preference }: Exchange): number => priority ?? preference ?? 0;

const exchanges = (found: readonly Exchange[]): string[] =>
  [...found]
    .sort((one, other) => preference(one) - preference(other))
    .map(({ exchange }) => bare(exchange));

/** A name without its last dot, in lower case. */
export const bare = (name: string): string => name.toLowerCase().replace(/\.$/, "");

const NAME = /^(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}$/;

/** A name that can be asked for: at least two labels, lower case, A-labels. */
export function nameOf(name: unknown): string {
  if (typeof name === "string" && NAME.test(name)) return name;
  throw new Failure("bad_name");
}
