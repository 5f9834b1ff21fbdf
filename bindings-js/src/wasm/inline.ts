/** The module inlined as base64, compiled on first use: Node, Bun, Deno, browsers, bundlers. */

import { decoded } from "../base64.js";
import base64 from "./generated/inline.js";

// not called `module`: a bundle without exports may run as CommonJS, where that is a name
let cached: WebAssembly.Module | undefined;

/** The compiled module. */
export function compiled(): WebAssembly.Module {
  cached ??= new WebAssembly.Module(decoded(base64));
  return cached;
}
