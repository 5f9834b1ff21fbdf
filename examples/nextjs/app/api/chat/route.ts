import { detectPromptInjection, redact, sensitiveInfo, tokenBucket } from "doorward/next";
import { shown } from "@/lib/demo";
import { fields, text } from "@/lib/fields";
import { ask, type Piece, streamed } from "@/lib/model";
import { refusal } from "@/lib/refusal";
import { session } from "@/lib/session";
import { ward } from "@/lib/ward";

const chat = ward.withRule([
  // "Ignore what you were told": refused. Questions about such sentences are not.
  detectPromptInjection({ mode: "LIVE" }),
  // Whoever pastes a key should hear of it; what people share on purpose is redacted below.
  sensitiveInfo({ mode: "LIVE", deny: ["API_KEY", "JWT", "PRIVATE_KEY", "URL_CREDENTIALS"] }),
  // A budget of model tokens for each user; who is not signed in shares that of the address.
  tokenBucket({
    id: "chat-tokens",
    mode: "LIVE",
    onError: "deny",
    refillRate: 500,
    interval: "1h",
    capacity: 2000,
    characteristics: ["userId"],
  }),
]);

export const POST = shown(async (request) => {
  const { userId } = session(request);
  const { message, maxTokens = 256 } = await fields(request);

  const decision = await chat.protect(request, {
    action: "inference",
    userId,
    message: text(message),
    // Reserved before the model is asked. What is no number of tokens is refused by the rule.
    requested: maxTokens as number,
    // Prose by design: a question about SQL is no injection.
    freeText: ["message"],
  });
  const prompt = text(message);
  if (!decision.isAllowed() || prompt === undefined) {
    await chat.settle(decision, 0);
    return decision.isAllowed() ? Response.json({ ok: false }, { status: 400 }) : refusal(decision);
  }

  // Who has little left is answered by a cheaper model.
  const left = decision.results.find(({ id }) => id === "chat-tokens")?.reason.remaining ?? 0;
  const model = left < 500 ? "small" : "large";

  // The model reads <CREDIT_CARD_NUMBER_1>, the user the number itself.
  const [redacted, unredact] = redact(prompt);
  try {
    const answer = await ask({ model, prompt: redacted, maxTokens, signal: request.signal });
    return streamed(unredact.stream(settled(answer)));
  } catch {
    await chat.settle(decision, 0);
    return Response.json({ error: "The assistant is away" }, { status: 502 });
  }

  /** What the model says; however it ends, what it used is settled. */
  async function* settled(answer: AsyncIterable<Piece>) {
    let used = 0;
    try {
      for await (const piece of answer) {
        used = piece.tokens;
        yield piece.text;
      }
    } finally {
      await chat.settle(decision, used);
    }
  }
});
