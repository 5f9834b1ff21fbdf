import { fixedWindow } from "doorward/next";
import { isRight, sendCode } from "@/lib/codes";
import { customer } from "@/lib/customer";
import { shown } from "@/lib/demo";
import { fields, text } from "@/lib/fields";
import { ORIGIN } from "@/lib/judge";
import { refusal } from "@/lib/refusal";
import { customers } from "@/lib/ward";

const codes = customers.withRule(
  // Codes sent and codes entered, together, for each account: nobody guesses one in a million.
  fixedWindow({
    id: "codes-per-user",
    mode: "LIVE",
    onError: "deny",
    window: "1h",
    max: 10,
    characteristics: ["userId"],
  }),
);

/**
 * `{action}` sends a code by mail; `{action, code}` makes a proof of it for that action, once. With
 * passkeys, verify the assertion where the code is compared.
 */
export const POST = shown(async (request) => {
  const { userId, session } = customer(request);
  const { action, code } = await fields(request);

  const decision = await codes.protect(request, { action: "step_up", userId });
  if (decision.isDenied()) return refusal(decision);

  if (userId === undefined || session === undefined || !text(action)) {
    return Response.json({ ok: false }, { status: 400 });
  }
  if (text(code) === undefined) {
    sendCode(userId);
    return Response.json({ ok: true }, { status: 202 });
  }
  if (!isRight(userId, text(code) ?? "")) {
    await codes.report(decision, { loginFailed: true });
    return Response.json({ error: "Not the code we sent you" }, { status: 401 });
  }
  const facts = { session: session.id, action: text(action) ?? "", origin: ORIGIN };
  return Response.json({ token: await customers.stepUp.issue(facts) });
});
