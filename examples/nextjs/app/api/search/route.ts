import { filter, slidingWindow } from "doorward/next";
import { shown } from "@/lib/demo";
import { refusal } from "@/lib/refusal";
import { session } from "@/lib/session";
import { ward } from "@/lib/ward";

const search = ward.withRule([
  // A hosting network that resells our results; only customers who pay may search from there.
  filter({
    id: "reseller-network",
    mode: "LIVE",
    deny: ['ip.src in {192.0.2.0/24} and context["plan"] ne "team"'],
  }),
  // Would a tighter limit hurt? A dry run reports what it would do, and does nothing.
  slidingWindow({ id: "search-tighter", mode: "DRY_RUN", interval: "1h", max: 5 }),
]);

export const GET = shown(async (request) => {
  const { userId, plan } = session(request);

  const decision = await search.protect(request, { action: "search", userId, plan });
  if (!decision.isAllowed()) return refusal(decision);

  return Response.json({ found: [] });
});
