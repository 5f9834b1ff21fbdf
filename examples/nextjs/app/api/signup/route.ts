import { fixedWindow, validateEmail } from "doorward/next";
import { shown } from "@/lib/demo";
import { fields, text } from "@/lib/fields";
import { refusal } from "@/lib/refusal";
import { ward } from "@/lib/ward";

const signup = ward.withRule([
  validateEmail({ mode: "LIVE", onError: "deny", deny: ["INVALID"] }),
  fixedWindow({ id: "signup-per-address", mode: "LIVE", window: "1h", max: 2 }),
]);

export const POST = shown(async (request) => {
  const { email } = await fields(request);

  const decision = await signup.protect(request, { action: "signup", email: text(email) });
  if (!decision.isAllowed()) return refusal(decision);

  return Response.json({ ok: true }, { status: 201 });
});
