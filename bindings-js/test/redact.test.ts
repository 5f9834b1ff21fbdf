import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type RedactOptions, redact, redactStream, type Unredact } from "doorward";
import fc from "fast-check";

const PAGE = readFileSync(new URL("../../docs/sensitive-info.md", import.meta.url), "utf8");
const VALUES = [
  "ana@example.com",
  "4111 1111 1111 1111",
  "call +44 20 7946 0958",
  "<EMAIL_1>",
  "<EMAIL_2>",
  "EMP-12345",
  "\u{1f600}",
  "\ud83d",
  ". ",
  "\n",
  "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----",
];
const texts = fc
  .array(fc.oneof(fc.constantFrom(...VALUES), fc.string({ unit: "binary", maxLength: 8 })))
  .map((parts) => parts.join(" "));
const patterns = [{ name: "EMPLOYEE", pattern: "EMP-#{4,6}" }];

async function joined(chunks: readonly string[], options?: RedactOptions): Promise<string> {
  let out = "";
  for await (const chunk of redactStream(chunks, options)[0]) out += chunk;
  return out;
}

test("the program of the page", () => {
  const [, program = ""] = /^```js\n(.*?)^```$/ms.exec(PAGE) ?? [];
  const run = new Function(
    "redact",
    `${program.replace(/^import .*$/m, "")}; return { redacted, answer };`,
  );
  assert.deepEqual(run(redact), {
    redacted: "Write to <EMAIL_1>, card <CREDIT_CARD_NUMBER_1>, and to <EMAIL_1> again.",
    answer: "Sent to ana@example.com.",
  });
});

test("what was there comes back, whatever stands in its place", () => {
  const replacement = fc.oneof(
    fc.constant(undefined),
    fc.constantFrom("", "a", "<EMAIL_1>"),
    fc.string(),
  );
  fc.assert(
    fc.property(texts, fc.func(replacement), (text, replace) => {
      const [redacted, unredact] = redact(text, { patterns, replace });
      assert.equal(unredact(redacted), text);
    }),
  );
});

test("tokens tell values apart, also in another text", () => {
  const [redacted, unredact] = redact(
    "<EMAIL_1> is ana@example.com, bob@example.com, ana@example.com",
  );
  assert.equal(redacted, "<EMAIL_1> is <EMAIL_2>, <EMAIL_3>, <EMAIL_2>");
  assert.equal(unredact("<EMAIL_3> before <EMAIL_2>"), "bob@example.com before ana@example.com");
});

test("a stream is the whole text, for every chunking", async () => {
  await fc.assert(
    fc.asyncProperty(texts, fc.array(fc.nat(40)), async (text, sizes) => {
      const chunks: string[] = [];
      let at = 0;
      for (const size of sizes) {
        chunks.push(text.slice(at, at + size));
        at += size;
      }
      chunks.push(text.slice(at));
      assert.equal(await joined(chunks, { patterns }), redact(text, { patterns })[0]);
    }),
  );
});

test("a sentence goes out when it is complete", async () => {
  const [stream] = redactStream(["Hi ana@exam", "ple.com. ", "Bye"]);
  const out: string[] = [];
  for await (const chunk of stream) out.push(chunk);
  assert.deepEqual(out, ["Hi <EMAIL_1>. ", "Bye"]);
});

test("options that are wrong are named", () => {
  const entities = ["MAIL"] as unknown as NonNullable<RedactOptions["entities"]>;
  assert.throws(
    () => redact("", { entities }),
    /redact: entities: found "MAIL", expected a list of EMAIL/,
  );
});

async function restored(chunks: readonly string[], unredact: Unredact): Promise<string> {
  let out = "";
  for await (const piece of unredact.stream(chunks)) out += piece;
  return out;
}

test("a stream that comes back is the whole answer, for every chunking", async () => {
  const [, unredact] = redact("ana@example.com, bob@example.com, 4111 1111 1111 1111", {
    replace: (type, number) => (type === "EMAIL" && number === 2 ? "<EMAIL_1>x" : undefined),
  });
  const parts = fc.constantFrom(
    "<EMAIL_1>",
    "<EMAIL_1>x",
    "<CREDIT_CARD_NUMBER_1>",
    "<EMA",
    "<",
    "é ",
  );
  const sizes = fc.array(fc.nat(9));
  await fc.assert(
    fc.asyncProperty(fc.array(parts), sizes, async (said, sizes) => {
      const answer = said.join("");
      const chunks: string[] = [];
      let at = 0;
      for (const size of sizes) {
        chunks.push(answer.slice(at, at + size));
        at += size;
      }
      chunks.push(answer.slice(at));
      assert.equal(await restored(chunks, unredact), unredact(answer));
    }),
  );
  const out: string[] = [];
  for await (const piece of unredact.stream(["To <EMA", "IL_1> and <x", "> <"])) out.push(piece);
  assert.deepEqual(out, ["To ", "ana@example.com and <x", "> ", "<"]);
});
