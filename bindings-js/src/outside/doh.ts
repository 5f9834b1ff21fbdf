/**
 * DNS over HTTPS (RFC 8484), for hosts without sockets: the resolver that the
 * ward names, and no other.
 *
 * Knowledge: RFC 1035, section 4.
 */

import { Failure } from "./failure.js";
import { type Answer, bare, type RecordType, type Resolver } from "./resolver.js";

const TYPES: Readonly<Record<RecordType, number>> = { A: 1, PTR: 12, MX: 15, AAAA: 28 };
const QUERY_MS = 1500;
const MAX_BYTES = 4096;
const MESSAGE = "application/dns-message";

/** Asks a resolver by its URL. */
export function httpsResolver(url: string): Resolver {
  return async (name, type) => {
    let bytes: Uint8Array;
    const signal = AbortSignal.timeout(QUERY_MS);
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": MESSAGE, accept: MESSAGE },
        body: question(name, TYPES[type]) as Uint8Array<ArrayBuffer>,
        signal,
      });
      if (!response.ok) throw new Failure("failed", `the resolver answered ${response.status}`);
      bytes = new Uint8Array(await response.arrayBuffer());
    } catch (error) {
      if (error instanceof Failure) throw error;
      throw new Failure(signal.aborted ? "timeout" : "failed", String(error));
    }
    return read(bytes, type);
  };
}

/** A recursive question for one name. */
export function question(name: string, type: number): Uint8Array {
  const labels = name.split(".").map((label) => new TextEncoder().encode(label));
  const length = labels.reduce((sum, label) => sum + label.length + 1, 0);
  const bytes = new Uint8Array(12 + length + 5);
  bytes.set([0, 0, 1, 0, 0, 1]);
  let at = 12;
  for (const label of labels) {
    bytes[at] = label.length;
    bytes.set(label, at + 1);
    at += label.length + 1;
  }
  bytes.set([0, 0, type, 0, 1], at);
  return bytes;
}

/** The records of the wanted type in a message. */
export function read(bytes: Uint8Array, type: RecordType): Answer {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || bytes.length > MAX_BYTES) throw new Failure("failed", "no DNS message");
  const code = view.getUint8(3) & 15;
  if (code === 3) return { exists: false, records: [] };
  if (code !== 0) throw new Failure("failed", `the resolver answered with code ${code}`);
  try {
    return { exists: true, records: records(view, type) };
  } catch {
    throw new Failure("failed", "no DNS message");
  }
}

function records(view: DataView, type: RecordType): string[] {
  let at = 12;
  for (let left = view.getUint16(4); left > 0; left--) at = nameAt(view, at).end + 4;
  const found: { readonly text: string; readonly preference: number }[] = [];
  for (let left = view.getUint16(6); left > 0; left--) {
    const { end } = nameAt(view, at);
    const data = end + 10;
    const length = view.getUint16(end + 8);
    if (view.getUint16(end) === TYPES[type]) {
      const preference = type === "MX" ? view.getUint16(data) : 0;
      found.push({ text: text(view, type, data, length), preference });
    }
    at = data + length;
  }
  return found.sort((one, other) => one.preference - other.preference).map(({ text }) => text);
}

function text(view: DataView, type: RecordType, at: number, length: number): string {
  if (type === "MX") return bare(nameAt(view, at + 2).name);
  if (type === "PTR") return bare(nameAt(view, at).name);
  if (type === "A") return [0, 1, 2, 3].map((index) => view.getUint8(at + index)).join(".");
  if (length !== 16) throw new RangeError("an address of another length");
  return [0, 1, 2, 3, 4, 5, 6, 7]
    .map((index) => view.getUint16(at + 2 * index).toString(16))
    .join(":");
}

/** The name at a place and the byte after it; a pointer may lead backwards only. */
function nameAt(view: DataView, start: number): { name: string; end: number } {
  const labels: string[] = [];
  let [at, end, before] = [start, -1, start];
  for (;;) {
    const length = view.getUint8(at);
    if (length === 0) return { name: labels.join("."), end: end < 0 ? at + 1 : end };
    if (length >= 192) {
      const to = view.getUint16(at) & 0x3fff;
      if (to >= before) throw new RangeError("a pointer that leads ahead");
      if (end < 0) end = at + 2;
      [at, before] = [to, to];
      continue;
    }
    const label = new Uint8Array(view.buffer, view.byteOffset + at + 1, length);
    labels.push(String.fromCharCode(...label));
    if (labels.length > 128) throw new RangeError("a name without end");
    at += length + 1;
  }
}
