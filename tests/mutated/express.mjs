// An Express application for `cargo xtask mutate`: every rule LIVE, the context
// as the client says, every answer of its own marked by a header. It writes the
// port it listens on, to standard error only what must not happen, and ends
// with its standard input.

import { readFileSync } from "node:fs";
import doorward from "doorward/node";
import express from "express";

const EXPECTED = new Set(["undetermined", "request"]);

const policy = JSON.parse(readFileSync(new URL("policy.json", import.meta.url), "utf8"));
const ward = doorward({
  ...policy,
  secret: "sixteen characters",
  log: (line) => JSON.parse(line),
  onWarning: (warning) => {
    if (!EXPECTED.has(warning.code)) console.error(warning);
  },
});

/** What the client wants the application to know. */
function context(request) {
  try {
    const value = JSON.parse(request.headers["x-context"] ?? "{}");
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

const app = express();
app.disable("x-powered-by");
app.set("etag", false);
app.use(async (request, response) => {
  const decision = await ward.protect(request, context(request));
  decision.explain();
  try {
    // the body is still the application's to read
    for await (const _ of request);
  } catch {
    // the client hung up
  }
  response.set("x-mutated", decision.reason.code);
  response.status(!decision.isDenied() ? 200 : decision.reason.isRateLimit() ? 429 : 403).end();
});

const server = app.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.resume().on("end", () => process.exit(0));
