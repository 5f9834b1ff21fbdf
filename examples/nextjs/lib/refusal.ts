import type { Decision } from "doorward/next";

/** What a client hears that may not pass: never which rule said so. */
export function refusal(decision: Decision): Response {
  if (decision.isChallenged()) {
    return Response.json({ error: "Enter the code we sent you" }, { status: 401 });
  }
  return decision.toResponse();
}
