/**
 * The sockets behind requests.
 *
 * `captureSockets` remembers which socket the request being served came from,
 * for hosts whose handlers get a Fetch request that shows none.
 *
 * `rememberAddresses` asks each connection for its peer's address while that
 * can be told. Node forgets the address of a socket that was closed or reset, unless
 * somebody asked before. The handler of such a request still runs, so a client
 * that sends and hangs up would be nobody, and limits would count nothing.
 *
 * A connection that was reset before Node accepted it never had an address.
 * Nobody is there to hear an answer, so it is closed before it is read. Unix
 * domain sockets have no address either, of their own or of the peer, and stay.
 */

import { builtins } from "./builtins.js";
import { isWorker } from "./environment.js";
import { shared } from "./shared.js";

interface Socket {
  readonly remoteAddress?: string | undefined;
  readonly localAddress?: string | undefined;
  destroy(): void;
}

/** From now on, for every server of this process. Calling it again changes nothing. */
export function rememberAddresses(): void {
  const home = shared();
  const builtin = builtins();
  if (home.remembering || !builtin) return;
  home.remembering = true;
  const { subscribe } = builtin("node:diagnostics_channel");
  subscribe("net.server.socket", (message) => {
    const { socket } = message as { socket: Socket };
    if (socket.remoteAddress === undefined && socket.localAddress !== undefined) socket.destroy();
  });
  // under TLS another object than the one that was accepted
  subscribe("http.server.request.start", (message) => {
    const { socket } = message as { socket: Socket };
    void socket.remoteAddress;
  });
}

interface Message {
  readonly socket?: { readonly remoteAddress?: string | undefined };
}

/**
 * Remembers the socket of each request that a Node server of this process gets, for as long as
 * it is served. Calling it again changes nothing; outside of Node it does nothing.
 */
export function captureSockets(): void {
  const home = shared();
  const builtin = builtins();
  // Cloudflare's runtime has some of Node's modules, and its platform's rule for addresses
  if (home.socket || !builtin || isWorker()) return;
  rememberAddresses();
  const requests = new (builtin("node:async_hooks").AsyncLocalStorage)<Message>();
  home.socket = () => requests.getStore()?.socket;
  for (const name of ["node:http", "node:https"] as const) {
    const { prototype } = builtin(name).Server;
    const emit = prototype.emit;
    prototype.emit = function (event, ...rest) {
      if (event !== "request") return emit.call(this, event, ...rest);
      return requests.run(rest[0] as Message, () => emit.call(this, event, ...rest));
    };
  }
}
