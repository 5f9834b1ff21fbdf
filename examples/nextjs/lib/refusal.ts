import type { Decision } from "doorward/next";

/** What a client hears that may not pass: never which rule said so. */
export function refusal(decision: Decision): Response {
  if (decision.isChallenged()) {
    return Response.json({ error: "Enter the code we sent you" }, { status: 401 });
  }
  if (decision.reason.isRateLimit()) {
    const headers = { "retry-after": String(decision.reason.retryAfter ?? 1) };
    return Response.json({ error: "Too many requests" }, { status: 429, headers });
  }
  return Response.json({ error: "Forbidden" }, { status: 403 });
}
