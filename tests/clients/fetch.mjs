// One request by the `fetch` of Node's undici, Bun or Deno: `fetch.mjs URL [USER-AGENT]`. The
// certificate is the tests' own: Node and Deno are told elsewhere not to look at it.

const [url, agent] = globalThis.Deno ? Deno.args : process.argv.slice(2);
const headers = agent ? { "User-Agent": agent } : {};
const response = await fetch(url, { headers, tls: { rejectUnauthorized: false } });
await response.text();
