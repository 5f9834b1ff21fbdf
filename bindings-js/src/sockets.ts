/**
 * Asks each connection for its peer's address while that can be told.
 *
 * Node forgets the address of a socket that was closed or reset, unless
 * somebody asked before. The handler of such a request still runs, so a client
 * that sends and hangs up would be nobody, and limits would count nothing.
 *
 * A connection that was reset before Node accepted it never had an address.
 * Nobody is there to hear an answer, so it is closed before it is read. Unix
 * domain sockets have no address either, of their own or of the peer, and stay.
 */

import { builtins } from "./builtins.js";
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
