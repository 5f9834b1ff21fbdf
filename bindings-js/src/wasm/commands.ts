/** The module that only commands load, from its file: they run where files are. */

import { readFileSync } from "node:fs";

/** The compiled module. */
export function compiled(): WebAssembly.Module {
  return new WebAssembly.Module(
    readFileSync(new URL("./generated/commands.wasm", import.meta.url)),
  );
}
