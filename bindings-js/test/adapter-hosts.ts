/**
 * The hosts of the adapters' tests: each serves the same application over loopback.
 *
 * Node, Express, Fastify and Hono are the real ones. The others are called here with the
 * arguments they document, by a Node server that stands in for their own; `tests/hosts` starts
 * them for real.
 */

import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { getRequestListener } from "@hono/node-server";
import type { Context, Decision, Ward } from "doorward";
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
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { RouterContextProvider } from "react-router";

/** The application's context, made of a request's headers. */
export type ContextOf = (header: (name: string) => string | undefined) => Context;

/** What the application answers: the decision it was handed, and the body it read. */
export interface Answer {
  readonly conclusion: string | undefined;
  readonly ip: string | undefined;
  readonly body: string;
}

/** Whether a host shows who is connected, or only names it in a header of its platform. */
export type Address = "socket" | "header";

/** A host at work. */
export interface Host {
  readonly name: string;
  readonly address: Address;
  /** Its parser refuses a long body before the ward sees the request. */
  readonly parsesFirst?: boolean;
  /** Whether a request that passes goes on to code that this host runs. */
  readonly proxies?: true;
  serve(ward: Ward, context?: ContextOf): Promise<RequestListener> | RequestListener;
}

/** The application: answers what it saw, or with a redirect, whose headers cannot be changed. */
function answer(url: string, decision: Decision | undefined, body: string): Response {
  if (url.includes("/redirect")) return Response.redirect("http://localhost/elsewhere", 303);
  const { conclusion, ip } = decision ?? {};
  return Response.json({ conclusion, ip: ip?.address, body } satisfies Partial<Answer>);
}

const fetched = (context: ContextOf | undefined) =>
  context &&
  (({ headers }: { headers: { get(name: string): string | null } }) =>
    context((name) => headers.get(name) ?? undefined));

const incoming = (context: ContextOf | undefined) =>
  context &&
  (({ headers }: Pick<IncomingMessage, "headers">) =>
    context((name) => headers[name] as string | undefined));

const options = <F>(context: F) => (context === undefined ? {} : { context });

/** A Node server in the place of a host's own: a Fetch request in, a Fetch response out. */
function standIn(
  handler: (request: Request, message: IncomingMessage) => Promise<Response>,
): RequestListener {
  return async (message, response) => {
    const { method = "GET", url, headers } = message;
    const init: RequestInit & { duplex: "half" } = { method, duplex: "half" };
    init.headers = headers as Record<string, string>;
    if (method !== "GET" && method !== "HEAD") {
      init.body = Readable.toWeb(message) as ReadableStream<Uint8Array>;
    }
    try {
      const got = await handler(new Request(`http://${headers.host}${url}`, init), message);
      response.writeHead(got.status, Object.fromEntries(got.headers));
      response.end(got.body && (await got.text()));
    } catch (error) {
      if (error instanceof Response) response.writeHead(error.status).end(await error.text());
      else response.writeHead(500).end();
    }
  };
}

export const hosts: readonly Host[] = [
  {
    name: "node",
    address: "socket",
    serve(ward, context) {
      const listener = node.protect(
        ward,
        async (request, response, decision) => {
          const got = answer(request.url ?? "", decision, await text(request));
          response.writeHead(got.status, Object.fromEntries(got.headers)).end(await got.text());
        },
        options(incoming(context)),
      );
      return (request, response) => {
        listener(request, response).catch(() => response.writeHead(500).end());
      };
    },
  },
  ...(["before", "after"] as const).map(
    (place): Host => ({
      name: `express, ${place} body parsers`,
      parsesFirst: place === "after",
      address: "socket",
      serve(ward, context) {
        const app = express().disable("x-powered-by").set("env", "test").set("trust proxy", true);
        const parsers = [
          express.json(),
          express.urlencoded(),
          express.text({ type: "*/*", limit: "1mb" }),
        ];
        const protect = onExpress.protect(ward, options(incoming(context)));
        const inner = express.Router();
        inner.use(place === "before" ? [protect, ...parsers] : [...parsers, protect]);
        inner.use((request, response) => {
          const body = sent(request.body, request.get("content-type"));
          const got = answer(request.originalUrl, response.locals.doorward, body);
          const location = got.headers.get("location");
          if (location) response.redirect(got.status, location);
          else got.text().then((json) => response.type("json").send(json));
        });
        return app.use("/", inner);
      },
    }),
  ),
  ...(["onRequest", "preHandler"] as const).map(
    (hook): Host => ({
      name: `fastify, ${hook}`,
      parsesFirst: hook === "preHandler",
      address: "socket",
      async serve(ward, context) {
        const app = fastify({ trustProxy: true });
        const parse = (_: unknown, body: string, done: (error: null, body: string) => void) =>
          done(null, body);
        const forms = "application/x-www-form-urlencoded";
        app.addContentTypeParser(["text/plain", forms], { parseAs: "string" }, parse);
        app.addHook(hook, onFastify.protect(ward, options(incoming(context))));
        app.all("/*", async (request, reply) => {
          const { doorward } = request as { doorward?: Decision };
          const body = sent(request.body, request.headers["content-type"]);
          const got = answer(request.url, doorward, body);
          reply.code(got.status).headers(Object.fromEntries(got.headers));
          return got.text();
        });
        await app.ready();
        return (request, response) => app.routing(request, response);
      },
    }),
  ),
  {
    name: "hono on node",
    address: "socket",
    serve(ward, context) {
      const app = new Hono<{ Variables: { doorward: Decision } }>();
      app.use(
        onHono.protect(
          ward,
          options(context && ((c: onHono.HonoContext) => fetched(context)?.(c.req.raw))),
        ),
      );
      app.all("*", async (c) => answer(c.req.url, c.get("doorward"), await c.req.text()));
      app.onError((_, c) => c.text("", 500));
      return getRequestListener(app.fetch);
    },
  },
  {
    name: "bun",
    address: "socket",
    serve(ward, context) {
      const handler = bun.protect(
        ward,
        async (request, _, decision) => answer(request.url, decision, await request.text()),
        options(fetched(context)),
      );
      return standIn((request, { socket }) =>
        handler(request, { requestIP: () => ({ address: socket.remoteAddress ?? "" }) }),
      );
    },
  },
  {
    name: "deno",
    address: "socket",
    serve(ward, context) {
      const handler = deno.protect(
        ward,
        async (request, _, decision) => answer(request.url, decision, await request.text()),
        options(fetched(context)),
      );
      return standIn((request, { socket }) =>
        handler(request, {
          remoteAddr: { transport: "tcp", hostname: socket.remoteAddress ?? "" },
        }),
      );
    },
  },
  {
    name: "workers",
    address: "header",
    serve(ward, context) {
      const handler = workers.protect(
        ward,
        async (request, _env, _ctx, decision) =>
          answer(request.url, decision, await request.text()),
        options(fetched(context)),
      );
      return standIn((request) => handler(request, { SECRET: "" }, { waitUntil() {} }));
    },
  },
  {
    name: "sveltekit",
    address: "socket",
    serve(ward, context) {
      const handle = kit.protect(
        ward,
        options(context && ((event: kit.KitEvent) => fetched(context)?.(event.request))),
      );
      return standIn((request, { socket }) =>
        handle({
          event: {
            request,
            locals: {},
            isSubRequest: false,
            getClientAddress: () => socket.remoteAddress ?? "",
          },
          async resolve({ request, locals }) {
            const { doorward } = locals as { doorward?: Decision };
            return answer(request.url, doorward, await request.text());
          },
        }),
      );
    },
  },
  {
    name: "react-router",
    address: "socket",
    serve(ward, context) {
      const middleware = router.protect(
        ward,
        options(context && ((args: router.RouterArgs) => fetched(context)?.(args.request))),
      );
      return standIn((request) => {
        const provider = new RouterContextProvider();
        return middleware({ request, context: provider }, async () =>
          answer(
            request.url,
            provider.get(router.decisionContext) ?? undefined,
            await request.text(),
          ),
        );
      });
    },
  },
  {
    name: "next, proxy",
    address: "socket",
    proxies: true,
    serve(ward, context) {
      next.register();
      const proxy = next.protect(ward, options(fetched(context)));
      return standIn((request) => proxy(request));
    },
  },
];

/** A body as it was sent, whatever a parser made of it. */
function sent(body: unknown, type: string | undefined): string {
  if (typeof body === "string") return body;
  if (typeof body !== "object" || body === null) return "";
  const isForm = type?.startsWith("application/x-www-form-urlencoded");
  return isForm
    ? String(new URLSearchParams(body as Record<string, string>))
    : JSON.stringify(body);
}

/** Starts a host, lets the test ask it, and stops it. */
export async function served<T>(
  host: Host,
  ward: Ward,
  context: ContextOf | undefined,
  ask: (base: string, server: Server) => Promise<T>,
): Promise<T> {
  const server = createServer(await host.serve(ward, context));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    return await ask(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, server);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
