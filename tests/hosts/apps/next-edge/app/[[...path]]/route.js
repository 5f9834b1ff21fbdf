import doorward from "doorward/next";
import { answer, known, options } from "../../../js/common.js";

export const runtime = "edge";

const ward = doorward(options());

async function handler(request) {
  const decision = await ward.protect(request, known(request.headers));
  if (decision.isDenied()) return decision.toResponse(request);
  return Response.json(answer(decision), { headers: decision.headers() });
}

export {
  handler as DELETE,
  handler as GET,
  handler as HEAD,
  handler as OPTIONS,
  handler as PATCH,
  handler as POST,
  handler as PUT,
};
