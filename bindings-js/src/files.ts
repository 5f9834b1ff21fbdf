/** Files that commands read and write: lines in, gzip or not, lines out, and how far it is. */

import { createReadStream, createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline, type Writable } from "node:stream";
import { createGunzip } from "node:zlib";
import { commands } from "./commands.js";

/** Input that cannot be used; the message says where, what, and what was expected. */
export class BadInput extends Error {}

/** Runs a call of the engine; what it throws is bad input at a place. */
export function located<T>(place: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "Error") throw error;
    throw new BadInput(place === "" ? error.message : `${place}: ${error.message}`);
  }
}

/** What a HAR file begins with, and how many bytes of it are looked at. */
const HAR = /^(\u00ef\u00bb\u00bf)?\s*\{\s*"log"\s*:\s*\{/;
const HEAD = 320;

/** The traffic lines of a file, without their newlines; HAR is known by its name or its first bytes. */
export async function* linesOf(file: string): AsyncGenerator<Uint8Array> {
  const parts = bytesOf(file);
  const first: Uint8Array[] = [];
  for (let length = 0; length < HEAD; ) {
    const { value } = await parts.next();
    if (value === undefined) break;
    first.push(value);
    length += value.length;
  }
  const head = Buffer.concat(first);
  if (/\.har(\.gz)?$/i.test(file) || HAR.test(head.toString("latin1", 0, HEAD))) {
    yield* harLines(file, head, parts);
    return;
  }
  let rest: Uint8Array[] = [];
  for await (const part of chain(head, parts)) {
    let from = 0;
    for (let at = part.indexOf(10); at >= 0; at = part.indexOf(10, from)) {
      const end = part.subarray(from, at);
      yield rest.length === 0 ? end : Buffer.concat([...rest, end]);
      rest = [];
      from = at + 1;
    }
    if (from < part.length) rest.push(part.subarray(from));
  }
  if (rest.length > 0) yield Buffer.concat(rest);
}

async function* harLines(file: string, head: Uint8Array, parts: AsyncIterable<Uint8Array>) {
  const all: Uint8Array[] = [head];
  for await (const part of parts) all.push(part);
  const har = Buffer.concat(all);
  const text = har.indexOf("\u{feff}") === 0 ? har.subarray(3) : har;
  const shell = commands();
  for (const line of located(`${file}:1`, () => shell.har_lines(text))) yield Buffer.from(line);
}

async function* chain(head: Uint8Array, parts: AsyncIterable<Uint8Array>) {
  yield head;
  yield* parts;
}

/** The bytes of a file, unzipped where its first two say gzip. */
async function* bytesOf(file: string): AsyncGenerator<Uint8Array, undefined> {
  try {
    const zipped = await isZipped(file);
    const source = createReadStream(file);
    // the pipeline hears every error, whenever it comes; whoever reads is told as well
    yield* zipped ? pipeline(source, createGunzip(), () => undefined) : source;
  } catch (error) {
    throw new BadInput(`${file}:1: ${(error as Error).message}, expected a readable file`);
  }
}

async function isZipped(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
}

const CHUNK = 1 << 16;

/** Lines to a file or stdout, in chunks. */
export class Output {
  readonly #stream: Writable;
  #failure: Error | undefined;
  #text = "";

  constructor(file: string | undefined) {
    this.#stream = file === undefined ? process.stdout : createWriteStream(file);
    this.#stream.on("error", (error: NodeJS.ErrnoException) => {
      // a reader such as `head` that has seen enough is no failure
      if (file === undefined && error.code === "EPIPE") process.exit(0);
      this.#failure = new BadInput(
        `${file ?? "stdout"}:1: ${error.message}, expected a writable file`,
      );
    });
  }

  async line(text: string): Promise<void> {
    this.#text += `${text}\n`;
    if (this.#text.length >= CHUNK) await this.#flush();
  }

  async end(): Promise<void> {
    await this.#flush();
    if (this.#stream === process.stdout) return;
    await new Promise<void>((resolve) => {
      this.#stream.once("close", resolve);
      this.#stream.end();
    });
    if (this.#failure) throw this.#failure;
  }

  async #flush(): Promise<void> {
    const text = this.#text;
    this.#text = "";
    await new Promise<void>((resolve) => this.#stream.write(text, () => resolve()));
    if (this.#failure) throw this.#failure;
  }
}

/** How far it is, where somebody watches. */
export class Progress {
  readonly #shown = process.stderr.isTTY === true;
  #lines = 0;
  #last = 0;

  tick(): void {
    this.#lines++;
    if (!this.#shown || this.#lines % 1000 !== 0) return;
    const now = Date.now();
    if (now - this.#last < 100) return;
    this.#last = now;
    process.stderr.write(`\r${this.#lines} lines`);
  }

  end(): void {
    if (this.#last > 0) process.stderr.write("\r\u001b[K");
  }
}
