/** Only compiled: what `protect` accepts where each framework's own types are at work. */

import { createServer } from "node:http";
import doorward, { type Decision, fixedWindow, shield } from "doorward";
import * as bun from "doorward/bun";
import * as deno from "doorward/deno";
import * as onExpress from "doorward/express";
import * as onFastify from "doorward/fastify";
import * as onHono from "doorward/hono";
import * as next from "doorward/next";
import * as node from "doorward/node";
import * as router from "doorward/react-router";
import * as kit from "doorward/sveltekit";
import * as workers from "doorward/workers";
import express, { type Request as ExpressRequest } from "express";
import fastify, { type FastifyRequest } from "fastify";
import { type Context, Hono, type MiddlewareHandler } from "hono";
import type { NextProxy, NextRequest } from "next/server.js";
import type { MiddlewareFunction } from "react-router";

const ward = doorward({ rules: [shield({ mode: "LIVE" })] });
const keyed = doorward({
  rules: [fixedWindow({ window: 1, max: 1, characteristics: ["userId"] })],
});

createServer(node.protect(ward, (request, response) => response.end(request.url)));
createServer(
  node.protect(keyed, (_, response, { id }) => response.end(id), {
    context: (request) => ({ userId: request.url }),
  }),
);

const app = express();
app.use(onExpress.protect(ward));
app.use(
  "/x",
  onExpress.protect(ward, { context: (request: ExpressRequest) => ({ url: request.originalUrl }) }),
);
app.get("/", onExpress.protect(keyed, { context: async () => ({ userId: 1 }) }), (request) =>
  ward.protect(request),
);
// @ts-expect-error the context is missing
app.use(onExpress.protect(keyed));
// @ts-expect-error userId is missing
app.use(onExpress.protect(keyed, { context: () => ({}) }));
// @ts-expect-error an unknown option
app.use(onExpress.protect(ward, { contxt: () => ({}) }));

const server = fastify();
server.addHook("onRequest", onFastify.protect(ward));
server.addHook(
  "preHandler",
  onFastify.protect(ward, { context: ({ ip, url }: FastifyRequest) => ({ ip, url }) }),
);
server.post<{ Body: { email: string } }>(
  "/",
  { preHandler: onFastify.protect(ward, { context: ({ body }) => ({ email: body.email }) }) },
  async (request) => ward.protect(request),
);
declare const fastifyRequest: FastifyRequest;
ward.protect(fastifyRequest, { userId: 1 });

interface HonoEnv {
  Variables: { doorward: Decision; userId: string };
}
const hono = new Hono<HonoEnv>();
hono.use(onHono.protect(ward));
hono.use(
  "/x",
  onHono.protect(keyed, { context: (c: Context<HonoEnv>) => ({ userId: c.get("userId") }) }),
);
hono.get("/", (c) => c.text(c.get("doorward").id));
hono.get("/y", async (c) => c.text((await ward.protect(c)).id));
const bare: MiddlewareHandler = onHono.protect(ward);
new Hono<{ Bindings: { KV: string } }>().use(bare, onHono.protect(ward));

interface BunLike {
  requestIP(request: Request): { address: string; family: string; port: number } | null;
  upgrade(request: Request): boolean;
}
declare function serveBun(options: {
  fetch(this: BunLike, request: Request, server: BunLike): Response | Promise<Response>;
}): void;
serveBun({ fetch: bun.protect(ward, () => new Response()) });
serveBun({
  fetch: bun.protect(
    ward,
    async (request, { port = 1 }: BunLike & { port?: number }) => new Response(request.url + port),
  ),
});
declare function serveUpgrade(options: {
  fetch(request: Request, server: BunLike): Response | undefined | Promise<Response | undefined>;
}): void;
serveUpgrade({
  fetch: bun.protect(ward, (request, server: BunLike) =>
    server.upgrade(request) ? undefined : new Response(),
  ),
});

interface NetAddr {
  transport: "tcp" | "udp";
  hostname: string;
  port: number;
}
interface UnixAddr {
  transport: "unix" | "unixpacket";
  path: string;
}
interface VsockAddr {
  transport: "vsock";
  cid: number;
  port: number;
}
interface ServeHandlerInfo<Addr> {
  remoteAddr: Addr;
  completed: Promise<void>;
}
declare function serveDeno<Addr = NetAddr | UnixAddr | VsockAddr>(
  handler: (request: Request, info: ServeHandlerInfo<Addr>) => Response | Promise<Response>,
): void;
serveDeno(deno.protect(ward, (_, info) => Response.json(info.remoteAddr)));

interface Env {
  SECRET: string;
}
interface WorkerHandler<E> {
  fetch(
    request: Request,
    env: E,
    ctx: { waitUntil(promise: Promise<unknown>): void },
  ): Response | Promise<Response>;
}
const worker: WorkerHandler<Env> = {
  fetch: workers.protect(ward, (_, env, ctx) => {
    ctx.waitUntil(Promise.resolve());
    return new Response(env.SECRET);
  }),
};

// as in @sveltejs/kit, whose types need the files that a project generates
interface RequestEvent {
  request: Request;
  locals: { user?: string; doorward?: Decision };
  isSubRequest: boolean;
  getClientAddress: () => string;
}
type Handle = (input: {
  event: RequestEvent;
  resolve: (event: RequestEvent, options?: { preload?(): boolean }) => Response | Promise<Response>;
}) => Response | Promise<Response>;
const handle: Handle = kit.protect(ward);
const handleUser: Handle = kit.protect(keyed, {
  context: ({ locals }) => ({ userId: locals.user }),
});

const middleware: MiddlewareFunction<Response>[] = [
  router.protect(ward),
  router.protect(keyed, { context: ({ params }) => ({ userId: params.user }) }),
];

const proxy: NextProxy = next.protect(ward, {
  context: (request: NextRequest) => ({ path: request.nextUrl.pathname }),
});
const action = async () => keyed.protect(await next.request(), { userId: 1 });

export { action, handle, handleUser, middleware, proxy, worker };
