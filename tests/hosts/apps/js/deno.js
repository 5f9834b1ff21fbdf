import doorward, { protect } from "doorward/deno";
import { answer, known, options } from "./common.js";

const handler = (_request, _info, decision) => Response.json(answer(decision));

Deno.serve(
  { hostname: "127.0.0.1", port: Number(process.env.PORT) },
  protect(doorward(options()), handler, { context: (request) => known(request.headers) }),
);
