/**
 * Doorward for Node's `http` and frameworks on top of it. `protect` takes an
 * `IncomingMessage`; a request that a framework wraps has one inside (`raw` in
 * Fastify, `req` in Express is one).
 */

export { doorward as default } from "./doorward.js";
export * from "./index.js";
