/** One GET over TLS, to an address that was looked at before. */

import { builtins } from "../builtins.js";
import { isWorker } from "../environment.js";
import { Failure } from "./failure.js";

/** What came back. */
export interface Fetched {
  readonly type: string;
  readonly cacheControl: string;
  readonly text: string;
}

interface How {
  readonly ca: string | undefined;
  /** Where it may connect to; looked up, and refused if there is nothing it may. */
  readonly addresses: () => Promise<readonly string[]>;
}

const MAX_BYTES = 65_536;
const DEADLINE_MS = 2000;
const ACCEPT =
  "application/http-message-signatures-directory+json, application/jwk-set+json, application/json";

/** Fetches it. Throws a `Failure`. */
export async function get(url: URL, how: How): Promise<Fetched> {
  const https = isWorker() ? undefined : builtins()?.("node:https");
  if (!https?.request) return fetched(url, how);
  const [address] = await how.addresses();
  if (address === undefined) throw new Failure("failed");
  return new Promise((resolve, reject) => {
    const fail = (error: Failure): void => {
      clearTimeout(timer);
      reject(error);
      request.destroy();
    };
    const request = https.request({
      host: address,
      port: url.port || "443",
      path: url.pathname + url.search,
      // the certificate is for the name
      servername: url.hostname,
      headers: { host: url.host, accept: ACCEPT },
      agent: false,
      ...(how.ca !== undefined && { ca: how.ca }),
    });
    const timer = setTimeout(() => fail(new Failure("timeout")), DEADLINE_MS);
    request.on("error", (error) => fail(new Failure("failed", String(error))));
    request.on("response", (response) => {
      try {
        checkStatus(response.statusCode ?? 0);
      } catch (error) {
        return fail(error as Failure);
      }
      const { headers } = response;
      const pieces: Uint8Array[] = [];
      let length = 0;
      response.on("error", (error) => fail(new Failure("failed", String(error))));
      response.on("data", (piece) => {
        pieces.push(piece);
        length += piece.length;
        if (length > MAX_BYTES) fail(new Failure("too_large"));
      });
      response.on("end", () => {
        clearTimeout(timer);
        resolve({
          type: String(headers["content-type"] ?? ""),
          cacheControl: String(headers["cache-control"] ?? ""),
          text: textOf(pieces),
        });
      });
    });
    request.end();
  });
}

/**
 * Where there are no sockets. The host's `fetch` looks the name up itself, so
 * that it means a public address can be checked beforehand at most, where the
 * ward names a resolver; what such hosts can reach is for their platform to say.
 */
async function fetched(url: URL, how: How): Promise<Fetched> {
  try {
    await how.addresses();
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "no_resolver") throw error;
  }
  const signal = AbortSignal.timeout(DEADLINE_MS);
  try {
    const response = await fetch(url, {
      headers: { accept: ACCEPT },
      redirect: "manual",
      signal,
    });
    checkStatus(response.type === "opaqueredirect" ? 302 : response.status);
    const pieces: Uint8Array[] = [];
    let length = 0;
    const reader = response.body?.getReader();
    for (;;) {
      const piece = await reader?.read();
      if (!piece || piece.done) break;
      pieces.push(piece.value);
      length += piece.value.length;
      if (length > MAX_BYTES) {
        void reader?.cancel().catch(() => undefined);
        throw new Failure("too_large");
      }
    }
    const header = (name: string): string => response.headers.get(name) ?? "";
    const [type, cacheControl] = [header("content-type"), header("cache-control")];
    return { type, cacheControl, text: textOf(pieces) };
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(signal.aborted ? "timeout" : "failed", String(error));
  }
}

function checkStatus(status: number): void {
  if (status >= 300 && status < 400) throw new Failure("redirected");
  if (status !== 200) throw new Failure("status", `the host answered ${status}`);
}

function textOf(pieces: readonly Uint8Array[]): string {
  const decoder = new TextDecoder();
  return pieces.map((piece) => decoder.decode(piece, { stream: true })).join("") + decoder.decode();
}
