import { slidingWindow } from "doorward/next";
import { shown } from "@/lib/demo";
import { fields, text } from "@/lib/fields";
import { refusal } from "@/lib/refusal";
import { ward } from "@/lib/ward";

const login = ward.withRule([
  // Guessing from one address: refused. Its neighbours and the account's owner are not affected.
  slidingWindow({
    id: "login-per-address",
    mode: "LIVE",
    interval: "1h",
    max: 3,
    characteristics: ["ip.src", "email"],
  }),
  // Guessing from many addresses: anybody can name an account, so this can only ask for a step-up.
  slidingWindow({
    id: "login-per-account",
    mode: "LIVE",
    interval: "1h",
    max: 6,
    characteristics: ["email"],
  }),
]);

export const POST = shown(async (request) => {
  const { email, password } = await fields(request);

  const decision = await login.protect(request, { action: "login", email: text(email) });
  if (!decision.isAllowed()) return refusal(decision);

  const complete = text(email) !== undefined && text(password) !== undefined;
  return Response.json({ ok: complete }, { status: complete ? 200 : 400 });
});
