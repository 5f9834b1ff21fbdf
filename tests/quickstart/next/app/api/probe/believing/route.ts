import { believing } from "@/lib/wards";

export async function GET(request: Request) {
  const decision = await believing.protect(request);
  return Response.json({}, { status: decision.isDenied() ? 429 : 200 });
}
