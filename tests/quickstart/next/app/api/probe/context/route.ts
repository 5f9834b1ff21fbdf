import { looking } from "@/lib/wards";

/** An application that hands on what the client sent as what it knows. */
export async function POST(request: Request) {
  const context = await request.clone().json();
  const decision = await looking.protect(request, context);
  return Response.json({ decision, prototype: Object.getOwnPropertyNames(Object.prototype) });
}
