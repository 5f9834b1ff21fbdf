import { imported, made } from "@/lib/wards";

const own = made();

export async function GET(request: Request) {
  const ward = request.url.endsWith("?own") ? own : imported;
  const decision = await ward.protect(request);
  return Response.json({}, { status: decision.isDenied() ? 429 : 200 });
}
