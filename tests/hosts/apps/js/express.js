import doorward, { protect } from "doorward/express";
import express from "express";
import { answer, known, options } from "./common.js";

const app = express();
app.use(protect(doorward(options()), { context: (request) => known(request.headers) }));
app.use((_, response) => {
  response.json(answer(response.locals.doorward));
});
app.listen(process.env.PORT, "127.0.0.1");
