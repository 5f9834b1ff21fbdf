import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { emptyInput, Flag, FrameWriter, type Input } from "../dist/internal.js";

/** A buffer like the engine's, which moves when it grows. */
function buffer() {
  const memory = new WebAssembly.Memory({ initial: 1 });
  let address = 64;
  const writer = new FrameWriter(memory, (bytes) => {
    memory.grow(Math.ceil(bytes / 65536) + 1);
    address += 64;
    return address;
  });
  return (input: Input) => {
    const length = writer.write(input);
    return new Uint8Array(memory.buffer).slice(address, address + length);
  };
}

/** Reads a frame as the core does: every text as the bytes it stands for. */
function read(frame: Uint8Array) {
  const view = new DataView(frame.buffer);
  const word = (i: number) => view.getUint32(i * 4, true);
  const headers = word(9);
  let at = 56 + headers * 8;
  const region = frame.subarray(at, at + word(13));
  const text =
    word(1) & Flag.WIDE
      ? Buffer.from(new TextDecoder().decode(region), "latin1")
      : Buffer.from(region);
  at += word(13);
  let from = 0;
  const next = (length: number) => {
    from += length;
    return text.subarray(from - length, from).toString("latin1");
  };
  const [id, peer, platform, method, target] = [4, 5, 6, 7, 8].map((i) => next(word(i)));
  const pairs = Array.from({ length: headers * 2 }, (_, i) => next(word(14 + i)));
  assert.equal(from, text.length, "the lengths add up to the text");
  const bytes = (length: number) => {
    at += length;
    return frame.subarray(at - length, at);
  };
  const [head, tail, context] = [bytes(word(10)), bytes(word(11)), bytes(word(12))];
  assert.equal(at, frame.length, "the lengths add up to the frame");
  return {
    magic: word(0),
    flags: word(1) & ~Flag.WIDE,
    now: word(3) * 2 ** 32 + word(2),
    texts: [id, peer, platform, method, target, ...pairs],
    body: [Buffer.from(head).toString("latin1"), Buffer.from(tail).toString("latin1")],
    context: new TextDecoder().decode(context),
  };
}

/** The bytes a text stands for, as Latin-1. */
const wire = (text: string) =>
  /[^\0-\xff]/.test(text) ? Buffer.from(text).toString("latin1") : text;

test("the bytes of a small frame", () => {
  const frame = buffer()({
    ...emptyInput(),
    peer: "::1",
    method: "GET",
    target: "/é",
    headers: ["A", "b"],
    flags: Flag.NOW | Flag.RAW_TARGET,
    now: 0x1_0000_0002,
    context: "{}",
  });
  const words = [0x31465744, 64 + 32 + 1, 2, 1, 0, 3, 0, 3, 2, 1, 0, 0, 2, 11, 1, 1];
  const expected = Buffer.alloc(words.length * 4);
  for (const [i, word] of words.entries()) expected.writeUInt32LE(word, i * 4);
  assert.deepEqual(Buffer.from(frame), Buffer.concat([expected, Buffer.from("::1GET/éAb{}")]));
});

test("anything that is framed is read back", () => {
  const text = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((c) => String.fromCharCode(c)) }),
    fc.array(fc.integer({ min: 0xd800, max: 0xdfff })).map((u) => String.fromCharCode(...u)),
    fc.string({ minLength: 3000, maxLength: 9000 }),
  );
  const bytes = fc.uint8Array({ maxLength: 200 });
  const write = buffer();
  fc.assert(
    fc.property(
      fc.record({
        id: text,
        peer: text,
        platform: text,
        method: text,
        target: text,
        flags: fc.integer({ min: 0, max: 511 }).map((flags) => flags & ~Flag.WIDE),
        now: fc.maxSafeNat(),
        headers: fc.array(fc.tuple(text, text), { maxLength: 8 }).map((pairs) => pairs.flat()),
        head: bytes,
        tail: bytes,
        context: fc.json(),
      }),
      (input) => {
        const { id, peer, platform, method, target, headers, head, tail } = input;
        assert.deepEqual(read(write(input)), {
          magic: 0x31465744,
          flags: input.flags,
          now: input.now,
          texts: [id, peer, platform, method, target, ...headers].map(wire),
          body: [head, tail].map((b) => Buffer.from(b).toString("latin1")),
          context: new TextDecoder().decode(new TextEncoder().encode(input.context)),
        });
      },
    ),
    { numRuns: 300 },
  );
});
