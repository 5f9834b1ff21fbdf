import doorward, { protect } from "doorward/fastify";
import fastify from "fastify";
import { answer, known, options } from "./common.js";

const app = fastify();
const ward = doorward(options());
app.addHook("onRequest", protect(ward, { context: (request) => known(request.headers) }));
app.setNotFoundHandler((request, reply) => {
  reply.code(200).send(answer(request.doorward));
});
app.listen({ host: "127.0.0.1", port: Number(process.env.PORT) });
