/**
 * The load for `servers.mjs`, in a process of its own: `{ port, count }` comes as a message, an
 * answer goes back when so many requests were answered with 200. Keep-alive connections, each with
 * a few requests under way; three GETs of a page to one POST of 1 KB, all with the headers of a browser.
 */

import { once } from "node:events";
import { connect } from "node:net";
import { workload } from "./rounds.mjs";

const CONNECTIONS = Number(process.env.CONNECTIONS ?? 16);
const UNDER_WAY = Number(process.env.UNDER_WAY ?? 1);
const ANSWER = "HTTP/1.1 200 ";

const { headers, body } = workload.request;
const shown = (pairs) => pairs.map(([name, text]) => `${name}: ${text}\r\n`).join("");
const post = `POST /api/reviews?product=48213&sort=newest HTTP/1.1\r\n${shown(headers)}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const asPage = headers.filter(([name]) => name !== "Content-Type" && name !== "Origin");
const get = `GET /products/48213 HTTP/1.1\r\n${shown(asPage)}\r\n`;
const mix = [get, get, get, post];

/** One connection's share of the requests. */
async function ask(port, count) {
  const socket = connect(port, "127.0.0.1").setNoDelay().setEncoding("latin1");
  await once(socket, "connect");
  let sent = 0;
  let answered = 0;
  let rest = "";
  const send = () => {
    if (sent < count) socket.write(mix[sent++ % mix.length]);
  };
  for (let i = 0; i < UNDER_WAY; i++) send();
  for await (const chunk of socket) {
    const text = rest + chunk;
    let at = 0;
    for (;;) {
      const found = text.indexOf("HTTP/1.1 ", at);
      if (found < 0 || text.length < found + ANSWER.length) break;
      if (!text.startsWith(ANSWER, found)) throw new Error(text.slice(found, found + 200));
      at = found + ANSWER.length;
      answered++;
      send();
    }
    rest = text.slice(Math.max(at, text.length - ANSWER.length + 1));
    if (answered === count) socket.end();
  }
  if (answered !== count) throw new Error(`${answered} of ${count} requests were answered`);
}

process.on("message", async ({ port, count }) => {
  const share = Math.ceil(count / CONNECTIONS);
  await Promise.all(Array.from({ length: CONNECTIONS }, () => ask(port, share)));
  process.send(share * CONNECTIONS);
});
process.on("disconnect", () => process.exit());
