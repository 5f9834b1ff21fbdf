import doorward, { fixedWindow, slidingWindow } from "doorward/next";
import { memory } from "@/lib/memory";

const MAX = 150_000;

const base = doorward({
  // full soon: what a new limit remembers has a bound of its own
  store: { maxBytes: 65_536 },
  rules: [fixedWindow({ id: "base", mode: "LIVE", window: "24h", max: 1e9 })],
});

/** `?calls=N`: the same rule so often; `&new=K`: rules that were never seen, from the Kth on. */
export async function GET(request: Request) {
  const query = new URL(request.url).searchParams;
  const calls = Number(query.get("calls"));
  const fresh = query.get("new");
  let passed = 0;
  for (let i = 0; i < calls; i++) {
    const max = fresh === null ? MAX : MAX + Number(fresh) + i;
    const rule = slidingWindow({ id: "in-handler", mode: "LIVE", interval: "24h", max });
    const decision = await base.withRule(rule).protect(request);
    if (decision.isAllowed()) passed++;
  }
  return Response.json({ passed, memory: query.has("memory") ? await memory() : null });
}
