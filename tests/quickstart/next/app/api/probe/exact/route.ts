import { exact } from "@/lib/wards";

export async function POST(request: Request) {
  const decision = await exact.protect(request);
  const received = (await request.arrayBuffer()).byteLength;
  return Response.json({ received }, { status: decision.isDenied() ? 429 : 200 });
}
