// What is bundled for a host that is not Node: every vector, and the words about them. Where the
// package has its module, the bundle has the one that can replay (support.ts).

import vectors from "vectors:all";
import { Instance } from "../../bindings-js/dist/instance.js";
import { report, runAll, type Shell } from "./vectors.js";

/** The line that a runner prints; throws where a vector does not hold. */
export const say = (runner: string): string =>
  report(runner, runAll(vectors, Instance.current().shell as Shell));
