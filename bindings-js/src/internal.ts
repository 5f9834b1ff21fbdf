/** What this repository's tests and benches look at; no part of the package's interface. */

export { fetchAdapter } from "./adapters/fetch.js";
export { nodeAdapter } from "./adapters/node.js";
export { emptyInput, Flag, FrameWriter, type Input } from "./frame.js";
export { Instance } from "./instance.js";
export { contextJson, own } from "./marshal.js";
export { isPublic, parts, reversed } from "./outside/address.js";
export { question, read } from "./outside/doh.js";
export { factsOf } from "./outside/ip.js";
export { freshFor } from "./outside/key.js";
export { Outside } from "./outside/outside.js";
export { PROFILE, TAKE } from "./redis/script.js";
export { boundTo, tokenOf } from "./step-up.js";
export { answering } from "./store.js";
