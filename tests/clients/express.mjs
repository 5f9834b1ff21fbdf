// An Express application over TLS that lets no bot pass: a page with what a page has, what was
// decided of each request under its first folder, and that list at /decided/FOLDER.

import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import doorward, { detectBot } from "doorward/express";
import express from "express";

const ward = doorward({ rules: [detectBot({ mode: "LIVE", allow: [] })] });
const page = readFileSync(new URL("page.html", import.meta.url), "utf8");
const decided = new Map();

const app = express();
app.get("/decided/:folder", (request, response) => {
  response.json(decided.get(request.params.folder) ?? []);
});
app.use(async (request, response) => {
  const [, folder] = request.path.split("/");
  const { conclusion, reason, results } = await ward.protect(request);
  const { code, contradictions } = results[0].reason;
  const told = { path: request.path, conclusion, code, spoofed: reason.isSpoofed() };
  decided.set(folder, [...(decided.get(folder) ?? []), { ...told, contradictions }]);
  // the page is shown whatever was decided, so that its parts are asked for
  response.type(request.path.endsWith("/") ? "html" : "text");
  response.send(request.path.endsWith("/") ? page : "");
});

const [key, cert] = ["KEY", "CERT"].map((name) => readFileSync(process.env[name]));
createServer({ key, cert }, app).listen(Number(process.env.PORT), "127.0.0.1");
