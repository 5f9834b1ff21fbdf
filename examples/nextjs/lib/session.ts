import type { NextRequest } from "next/server";

const PLANS = new Map([
  ["ana", "free"],
  ["ben", "team"],
  ["kim", "free"],
]);

/** Stands in for your sessions. A cookie that was never issued names nobody. */
export function session(request: NextRequest): { userId?: string; plan: string } {
  const userId = request.cookies.get("session")?.value ?? "";
  const plan = PLANS.get(userId);
  return plan === undefined ? { plan: "guest" } : { userId, plan };
}
