/**
 * One request as bytes, written straight into the engine's memory.
 *
 * The layout is described in `core/src/frame.rs`: fourteen words, two words a
 * header, one region of text, the body, the context. Strings hold one byte in
 * one unit (Latin-1, as HTTP hosts hand them over), so the whole region is
 * concatenated and encoded by a single `encodeInto`, which costs a third of
 * one call a field (867 against 2069 ns for a 1 KB request in Node 20).
 */

/** Bits of word 1. */
export const Flag = {
  WIDE: 1,
  HTTP: 2,
  HTTPS: 4,
  ALL_HEADERS: 8,
  HEADER_ORDER: 16,
  RAW_TARGET: 32,
  NOW: 64,
  TRUNCATED: 128,
  LATE: 256,
} as const;

/** What is framed of one request. */
export interface Input {
  id: string;
  peer: string;
  platform: string;
  method: string;
  target: string;
  /** Bits of {@link Flag}, without WIDE. */
  flags: number;
  /** Milliseconds since the Unix epoch; used where {@link Flag.NOW} is set. */
  now: number;
  /** Name, value, name, value … */
  headers: readonly string[];
  head: Uint8Array;
  tail: Uint8Array;
  /** JSON text, or nothing. */
  context: string;
}

const NO_BYTES = new Uint8Array(0);

/** An input with nothing in it. */
export function emptyInput(): Input {
  return {
    id: "",
    peer: "",
    platform: "",
    method: "",
    target: "",
    flags: 0,
    now: 0,
    headers: [],
    head: NO_BYTES,
    tail: NO_BYTES,
    context: "",
  };
}

const MAGIC = 0x31465744;
const WORDS = 14;
const encoder = new TextEncoder();

/** Writes frames into one engine's input buffer, and reads what it answers. */
export class FrameWriter {
  readonly #memory: WebAssembly.Memory;
  readonly #reserve: (bytes: number) => number;
  #bytes: Slicing = NO_BYTES;
  #words = new Uint32Array(0);
  #address = 0;
  #capacity = 0;

  /** `reserve` makes the buffer at least so long and returns its address, a multiple of four. */
  constructor(memory: WebAssembly.Memory, reserve: (bytes: number) => number) {
    this.#memory = memory;
    this.#reserve = reserve;
  }

  /** Writes one frame; returns its length. */
  write(input: Input): number {
    const { headers, head, tail, context } = input;
    let text = input.id + input.peer + input.platform + input.method + input.target;
    for (const piece of headers) text += piece;
    const body = head.length + tail.length;
    const start = WORDS * 4 + headers.length * 4;
    this.#prepare(start + (text.length + context.length) * 3 + body);
    let flags = input.flags;
    let textBytes = text.length;
    let contextBytes = context.length;
    if (body !== 0 || this.#encode(text + context, start) !== textBytes + contextBytes) {
      textBytes = this.#encode(text, start);
      if (textBytes !== text.length) {
        if (/[^\0-\xff]/.test(text)) return this.write(narrowed(input));
        flags |= Flag.WIDE;
      }
      let at = start + textBytes;
      if (head.length !== 0) this.#bytes.set(head, this.#address + at);
      at += head.length;
      if (tail.length !== 0) this.#bytes.set(tail, this.#address + at);
      contextBytes = this.#encode(context, at + tail.length);
    }
    const words = this.#words;
    let word = this.#address >>> 2;
    words[word++] = MAGIC;
    words[word++] = flags;
    words[word++] = input.now >>> 0;
    words[word++] = Math.floor(input.now / 4294967296) >>> 0;
    words[word++] = input.id.length;
    words[word++] = input.peer.length;
    words[word++] = input.platform.length;
    words[word++] = input.method.length;
    words[word++] = input.target.length;
    words[word++] = headers.length >>> 1;
    words[word++] = head.length;
    words[word++] = tail.length;
    words[word++] = contextBytes;
    words[word++] = textBytes;
    for (const piece of headers) words[word++] = piece.length;
    return start + textBytes + body + contextBytes;
  }

  /** Makes room. */
  #prepare(bytes: number): void {
    if (bytes > this.#capacity) {
      const wanted = Math.max(4096, 2 ** Math.ceil(Math.log2(bytes)));
      this.#address = this.#reserve(wanted) >>> 0;
      this.#capacity = wanted;
    }
    this.#look();
  }

  /** Looks at the memory anew where it grew: what was seen before is then of no length. */
  #look(): void {
    if (this.#bytes.length !== 0) return;
    const { buffer } = this.#memory;
    this.#bytes = viewOf(buffer);
    this.#words = new Uint32Array(buffer);
  }

  /** The UTF-8 text of `length` bytes at an address. */
  read(address: number, length: number): string {
    this.#look();
    const end = address + length;
    return this.#bytes.utf8Slice
      ? this.#bytes.utf8Slice(address, end)
      : decoder.decode(this.#bytes.subarray(address, end));
  }

  /** Encodes at an offset into the buffer; returns the bytes written. */
  #encode(text: string, offset: number): number {
    if (text.length === 0) return 0;
    const from = this.#address + offset;
    if (text.length < SHORT) {
      // below this length a loop is cheaper than the call and its view
      const bytes = this.#bytes;
      for (let i = 0; ; i++) {
        if (i === text.length) return i;
        const unit = text.charCodeAt(i);
        if (unit > 0x7f) break;
        bytes[from + i] = unit;
      }
    }
    return encoder.encodeInto(text, this.#bytes.subarray(from, from + text.length * 3)).written;
  }
}

const SHORT = 32;

/** Bytes that decode themselves, as Node's do: half the cost of a `TextDecoder`. */
interface Slicing extends Uint8Array {
  utf8Slice?(from: number, to: number): string;
}

const viewOf: (buffer: ArrayBufferLike) => Slicing =
  typeof Buffer === "function" ? Buffer.from : (buffer) => new Uint8Array(buffer);
const decoder = new TextDecoder();

/** The slow path: an application handed in Unicode text, which becomes its UTF-8 bytes. */
function narrowed(input: Input): Input {
  return {
    ...input,
    id: utf8(input.id),
    peer: utf8(input.peer),
    platform: utf8(input.platform),
    method: utf8(input.method),
    target: utf8(input.target),
    headers: input.headers.map(utf8),
  };
}

/** A text with a unit above 0xFF as the string of its UTF-8 bytes; any other as it is. */
function utf8(text: string): string {
  return /[^\0-\xff]/.test(text) ? utf8Units(text) : text;
}

/** The bytes of a text in UTF-8, one unit each. */
export function utf8Units(text: string): string {
  let out = "";
  for (const byte of encoder.encode(text)) out += String.fromCharCode(byte);
  return out;
}
