/**
 * What every copy of this package in one process shares.
 *
 * A process may load the package several times: as ESM and as CJS, and once
 * for each route that a bundler builds. Limits must not multiply with the
 * copies, so the wasm instance, the engines and what was already said live on
 * `globalThis`, by version.
 */

import type { HostFacts } from "./adapters/host.js";
import type { Engine } from "./engine.js";
import type { Instance } from "./instance.js";
import type { Lookups } from "./outside/outside.js";

/** The package's version, as in package.json. */
export const VERSION = "0.1.0";

/** What is shared. */
export interface Shared {
  /** The one wasm instance; absent before first use and after a trap. */
  instance?: Instance;
  /** Engines by setup and policy text, and by setup and policy hash. */
  readonly engines: Map<string, Engine>;
  /** The socket of the request being served, where a host's hook captured it. */
  socket?: () => { readonly remoteAddress?: string | undefined } | undefined;
  /** What is known of the outside, by the options under which it was asked. */
  readonly lookups: Map<string, Lookups>;
  /** What hosts told about requests. */
  readonly hosts: WeakMap<object, HostFacts>;
  /** Connections are asked for their addresses as they come. */
  remembering?: boolean;
  /** The secret of this process, where a log was asked for and no secret given. */
  secret?: string;
  /** What was said once, by whom it was said to. */
  readonly said: WeakMap<object, Map<string, number>>;
}

/** Under it a ward keeps its engine and clock, for `doorward/testing`. */
export const internals: unique symbol = Symbol.for("doorward.ward") as never;

const KEY = Symbol.for("doorward");
let home: Shared | undefined;

/** The shared state of this process and version. */
export function shared(): Shared {
  home ??= find();
  return home;
}

function find(): Shared {
  const world = globalThis as { [KEY]?: Map<string, Shared> };
  let versions = world[KEY];
  if (!(versions instanceof Map)) {
    versions = new Map();
    Object.defineProperty(world, KEY, { value: versions });
  }
  let found = versions.get(VERSION);
  if (!found) {
    found = { engines: new Map(), lookups: new Map(), hosts: new WeakMap(), said: new WeakMap() };
    versions.set(VERSION, found);
  }
  return found;
}
