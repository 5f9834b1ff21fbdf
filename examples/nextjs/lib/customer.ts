import type { NextRequest } from "next/server";

/** Stands in for your database of customers. */
const ACCOUNTS = new Map([
  ["ana", { ageDays: 812, orders: 14, emailVerified: true }],
  ["ben", { ageDays: 400, orders: 3, emailVerified: true, mfa: true }],
  ["ida", { ageDays: 100, orders: 1, emailVerified: true }],
  ["jon", { ageDays: 60, orders: 2, emailVerified: true }],
  ["kim", { ageDays: 2, orders: 0, emailVerified: true }],
  ["lea", { ageDays: 640, orders: 11, emailVerified: true }],
  ["max", { ageDays: 90, orders: 2, emailVerified: true }],
  ["noa", { ageDays: 500, orders: 5, emailVerified: true }],
  ["zoe", { ageDays: 120, orders: 1, emailVerified: true }],
]);

/** Stands in for your API tokens. */
const TOKENS = new Map([["Bearer ben-s-token", "ben"]]);

/** Stands in for your sessions, which know where they began. */
const began = new Map<string, { ip: string | undefined; agent: string | null }>();

/** Who asks: by an API token, or by a session's cookie, which is its user's name here. */
export function customer(request: NextRequest) {
  const cookie = request.cookies.get("session")?.value ?? "";
  const id = ACCOUNTS.has(cookie) ? cookie : undefined;
  const userId = TOKENS.get(request.headers.get("authorization") ?? "") ?? id;
  const session = id === undefined ? undefined : { id, ...moved(id, request) };
  return { userId, account: ACCOUNTS.get(userId ?? ""), session };
}

/** Whether a session is where it began, and with the same browser. */
function moved(id: string, request: NextRequest) {
  // the last address is the one that our reverse proxy saw
  const ip = request.headers.get("x-forwarded-for")?.split(",").at(-1)?.trim();
  const agent = request.headers.get("user-agent");
  const first = began.get(id) ?? { ip, agent };
  began.set(id, first);
  return { ipChanged: first.ip !== ip, userAgentChanged: first.agent !== agent };
}
