import { createServer } from "node:http";
import doorward, { protect } from "doorward/node";
import { answer, known, options } from "./common.js";

const handler = (_request, response, decision) => {
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify(answer(decision)));
};

const context = (request) => known(request.headers);
createServer(protect(doorward(options()), handler, { context })).listen(
  Number(process.env.PORT),
  "127.0.0.1",
);
