/**
 * Which addresses belong to the public Internet.
 *
 * Knowledge: the IANA registries of special-purpose addresses (RFC 6890), and
 * RFC 6052 for IPv4 inside of IPv6.
 */

/** An address as its numbers: four bytes, or eight words of 16 bits. */
export type Parts = readonly number[];

/** Reads an address; undefined if it is none. */
export function parts(text: string): Parts | undefined {
  if (!text.includes(":")) return four(text);
  let rest = text;
  const tail: number[] = [];
  const dotted = /:(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (dotted?.[1] !== undefined) {
    const bytes = four(dotted[1]);
    if (!bytes) return undefined;
    const [a = 0, b = 0, c = 0, d = 0] = bytes;
    tail.push(a * 256 + b, c * 256 + d);
    rest = text.slice(0, -dotted[1].length).replace(/([^:]):$/, "$1");
  }
  const halves = rest.split("::");
  if (halves.length > 2) return undefined;
  const [head, end = []] = halves.map((half) => (half === "" ? [] : half.split(":").map(word)));
  const known = [...(head ?? []), ...end, ...tail];
  if (known.includes(Number.NaN) || known.length > 8) return undefined;
  if (halves.length === 1) return known.length === 8 ? known : undefined;
  const gap = new Array<number>(8 - known.length).fill(0);
  return [...(head ?? []), ...gap, ...end, ...tail];
}

const word = (text: string): number =>
  /^[0-9a-f]{1,4}$/i.test(text) ? Number.parseInt(text, 16) : Number.NaN;

function four(text: string): Parts | undefined {
  const bytes = text.split(".").map((byte) => (/^\d{1,3}$/.test(byte) ? Number(byte) : 256));
  return bytes.length === 4 && bytes.every((byte) => byte < 256) ? bytes : undefined;
}

/** The name under which the DNS keeps an address's names. */
export function reversed(address: Parts): string {
  if (address.length === 4) return `${[...address].reverse().join(".")}.in-addr.arpa`;
  const digits = address.map((part) => part.toString(16).padStart(4, "0")).join("");
  return `${[...digits].reverse().join(".")}.ip6.arpa`;
}

/** Ranges that are not: first bytes, and how many bits of them count. */
const SPECIAL: readonly (readonly [Parts, number])[] = [
  [[0, 0, 0, 0], 8],
  [[10, 0, 0, 0], 8],
  [[100, 64, 0, 0], 10],
  [[127, 0, 0, 0], 8],
  [[169, 254, 0, 0], 16],
  [[172, 16, 0, 0], 12],
  [[192, 0, 0, 0], 24],
  [[192, 0, 2, 0], 24],
  [[192, 88, 99, 0], 24],
  [[192, 168, 0, 0], 16],
  [[198, 18, 0, 0], 15],
  [[198, 51, 100, 0], 24],
  [[203, 0, 113, 0], 24],
  [[224, 0, 0, 0], 3],
];

/** Whether an address is a public one, to which anybody may connect. */
export function isPublic(text: string): boolean {
  const address = parts(text);
  if (!address) return false;
  if (address.length === 4) {
    return !SPECIAL.some(
      ([range, bits]) => number(address) >>> (32 - bits) === number(range) >>> (32 - bits),
    );
  }
  const [a = 0, b = 0, , , , f = 0, g = 0, h = 0] = address;
  const inside = `${g >> 8}.${g & 255}.${h >> 8}.${h & 255}`;
  const zeros = address.slice(0, 5).every((part) => part === 0);
  // IPv4 inside of IPv6: mapped, and as a NAT64 translates it
  if (zeros && f === 0xffff) return isPublic(inside);
  const nat64 = a === 0x64 && b === 0xff9b && address.slice(2, 6).every((part) => part === 0);
  if (nat64) return isPublic(inside);
  const global = a >> 13 === 1;
  const special =
    (a === 0x2001 && (b < 0x200 || b === 0xdb8)) || a === 0x2002 || (a === 0x3fff && b < 0x1000);
  return global && !special;
}

const number = ([a = 0, b = 0, c = 0, d = 0]: Parts): number =>
  ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
