/**
 * One server for `servers.mjs`: `node server.mjs HOST GUARD`. Says its port, then its CPU time
 * whenever it is asked; ends with its parent. Every guard stands before a handler that answers GET
 * with a page and POST with what it read of the JSON body.
 */

import { isbot } from "isbot";
import { workload } from "./rounds.mjs";

const MAX = 1_000_000_000;
const [host, guard] = process.argv.slice(2);
const { policy, request } = workload;

/** What an application knows of a signed-in customer. */
const context = () => request.context;
const bot = (agent) => isbot(agent ?? "");

const hosts = {
  async express() {
    const { default: express } = await import("express");
    const app = express();
    if (guard === "doorward") {
      const { default: doorward, protect } = await import("doorward/express");
      app.use(protect(doorward(policy), { context }));
    }
    if (guard === "isbot") {
      app.use((req, res, next) => (bot(req.headers["user-agent"]) ? res.sendStatus(403) : next()));
    }
    if (guard === "express-rate-limit") {
      const { rateLimit } = await import("express-rate-limit");
      app.use(rateLimit({ windowMs: 60_000, limit: MAX, standardHeaders: "draft-8" }));
    }
    app.use(express.json());
    app.get("/products/:id", (req, res) => res.json({ product: req.params.id, stock: 12 }));
    app.post("/api/reviews", (req, res) => res.json({ product: req.body.product, saved: true }));
    const server = app.listen(0, "127.0.0.1", () => process.send(server.address().port));
  },

  async fastify() {
    const { default: fastify } = await import("fastify");
    const app = fastify();
    if (guard === "doorward") {
      const { default: doorward, protect } = await import("doorward/fastify");
      app.addHook("onRequest", protect(doorward(policy), { context }));
    }
    if (guard === "isbot") {
      app.addHook("onRequest", async (req, reply) => {
        if (bot(req.headers["user-agent"])) return reply.code(403).send();
      });
    }
    if (guard === "@fastify/rate-limit") {
      const { default: limit } = await import("@fastify/rate-limit");
      await app.register(limit, { max: MAX, timeWindow: 60_000 });
    }
    app.get("/products/:id", async (req) => ({ product: req.params.id, stock: 12 }));
    app.post("/api/reviews", async (req) => ({ product: req.body.product, saved: true }));
    await app.listen({ port: 0, host: "127.0.0.1" });
    process.send(app.server.address().port);
  },

  async hono() {
    const [{ Hono }, { getConnInfo }, { serve }] = await Promise.all([
      import("hono"),
      import("@hono/node-server/conninfo"),
      import("@hono/node-server"),
    ]);
    const app = new Hono();
    if (guard === "doorward") {
      const { default: doorward, protect } = await import("doorward/hono");
      app.use(protect(doorward(policy), { context }));
    }
    if (guard === "isbot") {
      app.use((c, next) => (bot(c.req.header("user-agent")) ? c.body(null, 403) : next()));
    }
    if (guard === "hono-rate-limiter") {
      const { rateLimiter } = await import("hono-rate-limiter");
      const keyGenerator = (c) => getConnInfo(c).remote.address;
      app.use(rateLimiter({ windowMs: 60_000, limit: MAX, keyGenerator }));
    }
    app.get("/products/:id", (c) => c.json({ product: c.req.param("id"), stock: 12 }));
    app.post("/api/reviews", async (c) => {
      const { product } = await c.req.json();
      return c.json({ product, saved: true });
    });
    const listening = { fetch: app.fetch, port: 0, hostname: "127.0.0.1" };
    serve(listening, ({ port }) => process.send(port));
  },
};

process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send(user + system);
});
process.on("disconnect", () => process.exit());
await hosts[host]();
