/** Signatures that the core cannot verify, by the host's WebCrypto. */

import { Failure } from "./failure.js";

/** A signature, as the engine asks. */
export interface Signed {
  readonly algorithm?: unknown;
  readonly key?: unknown;
  readonly message?: unknown;
  readonly signature?: unknown;
}

type Jwk = Readonly<Record<string, unknown>>;

interface Algorithm {
  /** The members of the key that count, beside its kind. */
  readonly members: readonly string[];
  readonly kty: string;
  readonly key: { readonly name: string; readonly namedCurve?: string; readonly hash?: string };
  readonly fits: (key: Jwk) => boolean;
}

/** Characters of a modulus in base64url: 2048 to 8192 bits. */
const [SHORTEST, LONGEST] = [342, 1366];

const ALGORITHMS: Readonly<Record<string, Algorithm>> = {
  __proto__: null as never,
  ES256: {
    kty: "EC",
    members: ["crv", "x", "y"],
    key: { name: "ECDSA", namedCurve: "P-256" },
    fits: ({ crv }) => crv === "P-256",
  },
  RS256: {
    kty: "RSA",
    members: ["n", "e"],
    key: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
    fits: ({ n }) => typeof n === "string" && n.length >= SHORTEST && n.length <= LONGEST,
  },
};

/** Whether a signature holds. Throws a `Failure` where that cannot be said. */
export async function verify(signed: Signed): Promise<{ valid: boolean }> {
  const algorithm = ALGORITHMS[String(signed.algorithm)];
  const subtle = globalThis.crypto?.subtle;
  if (!algorithm || !subtle) throw new Failure("unsupported");
  const { kty, members, key: parameters, fits } = algorithm;
  const given = (signed.key ?? {}) as Jwk;
  if (given.kty !== kty || !fits(given)) throw new Failure("bad_key");
  // what a key says of its use is for the core to judge
  const jwk = Object.fromEntries(["kty", ...members].map((name) => [name, given[name]]));
  let key: CryptoKey;
  try {
    key = await subtle.importKey("jwk", jwk as JsonWebKey, parameters, false, ["verify"]);
  } catch (error) {
    throw new Failure("bad_key", String(error));
  }
  const how = { name: parameters.name, hash: "SHA-256" };
  const [signature, message] = [bytesOf(signed.signature), bytesOf(signed.message)];
  return { valid: await subtle.verify(how, key, signature, message) };
}

function bytesOf(hex: unknown): Uint8Array<ArrayBuffer> {
  const text = String(hex);
  const bytes = new Uint8Array(text.length >> 1);
  for (let at = 0; at < bytes.length; at++) {
    bytes[at] = Number.parseInt(text.slice(2 * at, 2 * at + 2), 16);
  }
  return bytes;
}
