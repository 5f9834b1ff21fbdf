/** The module as workerd wants it: compiled at deployment. */

import module from "./generated/doorward.wasm";

/** The compiled module. */
export const compiled = (): WebAssembly.Module => module;
