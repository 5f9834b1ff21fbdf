import { shown } from "@/lib/demo";
import { refusal } from "@/lib/refusal";
import { ward } from "@/lib/ward";

// What no other route answers: scanners and exploits of other products hear 403, visitors 404.
const anything = shown(async (request) => {
  const decision = await ward.protect(request);
  if (!decision.isAllowed()) return refusal(decision);

  return Response.json({ error: "Not found" }, { status: 404 });
});

export {
  anything as DELETE,
  anything as GET,
  anything as PATCH,
  anything as POST,
  anything as PUT,
};
