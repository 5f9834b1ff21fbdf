import { shown } from "@/lib/demo";
import { judge } from "@/lib/judge";

// What customers write to each other: prose and code, by design.
export const POST = shown(async (request) => {
  const refused = await judge(request, "post_content");
  return refused ?? Response.json({ ok: true }, { status: 201 });
});
