import doorward, { protect } from "doorward/bun";
import { answer, known, options } from "./common.js";

const handler = (_request, _server, decision) => Response.json(answer(decision));

Bun.serve({
  hostname: "127.0.0.1",
  port: Number(process.env.PORT),
  fetch: protect(doorward(options()), handler, { context: (request) => known(request.headers) }),
});
