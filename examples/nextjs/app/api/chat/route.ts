import { tokenBucket } from "doorward/next";
import { shown } from "@/lib/demo";
import { fields } from "@/lib/fields";
import { refusal } from "@/lib/refusal";
import { session } from "@/lib/session";
import { ward } from "@/lib/ward";

const chat = ward.withRule(
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
);

export const POST = shown(async (request) => {
  const { userId } = session(request);
  const { message, maxTokens } = await fields(request);

  const decision = await chat.protect(request, {
    action: "inference",
    userId,
    // Checked by the rule: what is no number of tokens is refused.
    requested: maxTokens as number,
    // Prose by design: a question about SQL is no injection.
    freeText: ["message"],
  });
  if (!decision.isAllowed()) return refusal(decision);

  const ok = typeof message === "string";
  return Response.json({ ok }, { status: ok ? 200 : 400 });
});
