// What is bundled for a host that is not Node: every vector, and the words about them.

import vectors from "vectors:all";
import { Instance } from "../../bindings-js/dist/instance.js";
import { report, runAll } from "./vectors.js";

/** The line that a runner prints; throws where a vector does not hold. */
export const say = (runner: string): string =>
  report(runner, runAll(vectors, Instance.current().shell));
