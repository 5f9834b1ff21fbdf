/** The module as edge runtimes want it: compiled at build time. */

import module from "./generated/doorward.wasm?module";

/** The compiled module. */
export const compiled = (): WebAssembly.Module => module;
