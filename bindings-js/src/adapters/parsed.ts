/**
 * A body that a parser consumed before the ward saw it, as bytes again.
 *
 * The parser kept the values and lost the spelling, so this is the body as the
 * handler sees it, in the syntax its content type names.
 */

import { valueJson } from "../marshal.js";

const encoder = new TextEncoder();

/** The bytes; undefined where nothing is left of the body. */
export function parsedBytes(body: unknown, contentType: string): Uint8Array | undefined {
  if (body === undefined || body === null) return undefined;
  if (typeof body === "string") return encoder.encode(body);
  if (body instanceof Uint8Array) return body;
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  if (typeof body === "object" && contentType.startsWith("application/x-www-form-urlencoded")) {
    return encoder.encode(formText(body));
  }
  return encoder.encode(valueJson(body));
}

const MAX_FIELDS = 10_000;

function formText(body: object): string {
  const fields: string[] = [];
  try {
    for (const [name, value] of Object.entries(body)) {
      for (const one of Array.isArray(value) ? value : [value]) {
        if (fields.length >= MAX_FIELDS) return fields.join("&");
        const text = typeof one === "string" ? one : valueJson(one);
        fields.push(`${encodeField(name)}=${encodeField(text)}`);
      }
    }
  } catch {
    // a hostile object: what came so far is inspected
  }
  return fields.join("&");
}

/** Percent-encodes; lone surrogates, which `encodeURIComponent` refuses, become U+FFFD. */
function encodeField(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, "\ufffd"));
}
