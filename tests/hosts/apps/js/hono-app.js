import doorward, { protect } from "doorward/hono";
import { Hono } from "hono";
import { answer, known, options } from "./common.js";

export const app = new Hono();
app.use(protect(doorward(options()), { context: (c) => known(c.req.raw.headers) }));
app.use((c) => c.json(answer(c.get("doorward"))));
