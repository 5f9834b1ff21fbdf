import type { NextRequest } from "next/server";
import { customer } from "./customer";
import { refusal } from "./refusal";
import { customers } from "./ward";

export const ORIGIN = "https://shop.example";

/** The refusal of what a customer wants to do; nothing where it may be done. */
export async function judge(request: NextRequest, action: string): Promise<Response | undefined> {
  const { userId, account, session } = customer(request);
  // the proof of a step-up, which opens this one action of this one session, once
  const proof = request.headers.get("x-step-up");
  const facts = { session: session?.id, action, origin: ORIGIN };
  const passed = await customers.stepUp.verify(proof, facts);

  const decision = await customers.protect(request, {
    userId,
    account,
    action,
    session: { ...session, ...(passed.ok && passed.context.session) },
  });
  if (passed.ok) await customers.report(decision, { stepUpPassed: true });
  if (decision.isAllowed() || (decision.isChallenged() && passed.ok)) return undefined;

  // why, for the log of the application: a client never hears it
  for (const { weight, signal, says } of decision.explain().refined ?? []) {
    console.log(`${decision.id} ${weight} ${signal}: ${says}`);
  }
  return refusal(decision);
}
