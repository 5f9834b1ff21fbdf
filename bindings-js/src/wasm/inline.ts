/** The module inlined as base64, compiled on first use: Node, Bun, Deno, browsers, bundlers. */

import base64 from "./generated/inline.js";

// not called `module`: a bundle without exports may run as CommonJS, where that is a name
let cached: WebAssembly.Module | undefined;

/** The compiled module. */
export function compiled(): WebAssembly.Module {
  cached ??= new WebAssembly.Module(decoded());
  return cached;
}

function decoded(): Uint8Array<ArrayBuffer> {
  if (typeof Buffer === "function") return Buffer.from(base64, "base64");
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
