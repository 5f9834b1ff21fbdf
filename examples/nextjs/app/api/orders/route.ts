import { shown } from "@/lib/demo";
import { judge } from "@/lib/judge";

export const GET = shown(async (request) => {
  const refused = await judge(request, "read");
  return refused ?? Response.json({ orders: [] });
});

export const POST = shown(async (request) => {
  const refused = await judge(request, "checkout");
  return refused ?? Response.json({ ok: true }, { status: 201 });
});
