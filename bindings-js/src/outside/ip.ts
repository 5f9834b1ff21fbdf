/**
 * What databases of the application know of an address.
 *
 * Their vendors write the same facts in shapes of their own: GeoLite2 and
 * GeoIP2 (and DB-IP, which follows them) nest, IPinfo is flat. Here they become
 * the one shape that policies and decisions speak of.
 */

import { Failure } from "./failure.js";

/** A reader of an MMDB file, such as `await maxmind.open(file)`, or a function. */
export type IpDatabase =
  | { get(ip: string): unknown }
  | ((ip: string) => unknown | PromiseLike<unknown>);

type Node = Readonly<Record<string, unknown>>;

/** What one of them says; several are read one after the other, and the first word counts. */
export async function ipFacts(
  ip: string,
  databases: readonly IpDatabase[] | undefined,
): Promise<object> {
  if (!databases || databases.length === 0) throw new Failure("no_database");
  const facts: Record<string, unknown> = {};
  for (const database of databases) {
    const record = await (typeof database === "function" ? database(ip) : database.get(ip));
    if (typeof record !== "object" || record === null) continue;
    for (const [name, value] of Object.entries(factsOf(record as Node))) {
      if (value !== undefined) facts[name] ??= value;
    }
  }
  return facts;
}

/** One record in our words; what it does not say is undefined. */
export function factsOf(record: Node): Record<string, unknown> {
  const { country, continent, city, location, traits, subdivisions, postal } = record;
  const flat = typeof country === "string";
  const [place, part, where] = [node(location), node(traits), node(list(subdivisions)[0])];
  const anonymous = node(record.anonymous);
  const said = (name: string): unknown =>
    flag(record[name] ?? record[`is_${name}`] ?? anonymous[`is_${name}`]);
  const trait = (name: string): unknown => flag(record[name] ?? part[name]);
  const code = text(record.country_code) ?? text(node(country).iso_code);
  const short = flat && country.length === 2 ? country : undefined;
  return {
    country: code ?? short,
    countryName:
      english(country) ??
      (flat && short === undefined ? country : undefined) ??
      text(record.country_name),
    continent: text(record.continent_code) ?? text(node(continent).code),
    continentName: english(continent) ?? text(continent),
    region: english(where) ?? text(record.region),
    city: english(city) ?? text(city),
    postalCode: text(node(postal).code) ?? text(record.postal_code) ?? text(postal),
    timezone: text(place.time_zone) ?? text(record.timezone),
    latitude: number(place.latitude ?? record.latitude ?? record.lat),
    longitude: number(place.longitude ?? record.longitude ?? record.lng),
    accuracyRadius: number(place.accuracy_radius ?? record.radius),
    asnum: system(record.autonomous_system_number ?? part.autonomous_system_number ?? record.asn),
    asname:
      text(record.autonomous_system_organization) ??
      text(part.autonomous_system_organization) ??
      text(record.as_name),
    asdomain: text(record.as_domain),
    astype: text(record.as_type) ?? text(part.user_type),
    hosting: trait("is_hosting_provider") ?? said("hosting"),
    vpn: trait("is_anonymous_vpn") ?? said("vpn"),
    proxy: either(trait("is_public_proxy"), trait("is_residential_proxy")) ?? said("proxy"),
    tor: trait("is_tor_exit_node") ?? said("tor"),
    relay: said("relay"),
    mobile: said("mobile"),
    service: text(record.service) ?? text(anonymous.name),
  };
}

const node = (value: unknown): Node =>
  typeof value === "object" && value !== null ? (value as Node) : {};
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value.slice(0, 256) : undefined;
const english = (value: unknown): string | undefined => text(node(node(value).names).en);

function number(value: unknown): number | undefined {
  const read = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof read === "number" && Number.isFinite(read) ? read : undefined;
}

/** `64500`, `"64500"` or `"AS64500"`. */
const system = (value: unknown): number | undefined =>
  number(typeof value === "string" ? value.replace(/^AS/i, "") : value);

/** IPinfo's files have `"true"` and nothing. */
function flag(value: unknown): boolean | undefined {
  if (typeof value === "boolean") return value;
  if (value === "true") return true;
  return value === "false" || value === "" ? false : undefined;
}

const either = (one: unknown, other: unknown): unknown =>
  one === true || other === true ? true : (one ?? other);
