// Step-up tokens as the vectors have them, wherever the package runs: data in, words out.

import doorward from "../../bindings-js/dist/index.js";
import { setClock } from "../../bindings-js/dist/testing.js";
import table from "../step-up.json" with { type: "json" };

/** The line that a runner prints; throws where a token is not verified as the vectors say. */
export async function say(runner: string): Promise<string> {
  for (const [number, row] of table.verified.entries()) {
    const ward = doorward({
      // a store of its own
      characteristics: [`row-${number}`],
      rules: [],
      stepUp: { secret: row.secrets },
      onWarning: () => undefined,
    });
    setClock(ward, () => row.now);
    const found = await ward.stepUp.verify(row.token, row.facts as never);
    const said = found.ok ? "ok" : found.reason;
    if (said !== row.expect) throw new Error(`${row.name}: ${said}, expected ${row.expect}`);
    if (!found.ok) continue;
    const again = await ward.stepUp.verify(row.token, row.facts as never);
    if (again.ok || again.reason !== "used") throw new Error(`${row.name}: twice`);
    const fresh = await ward.stepUp.issue(row.facts as never);
    if (!(await ward.stepUp.verify(fresh, row.facts as never)).ok) throw new Error(row.name);
  }
  return `${runner}: ${table.verified.length} tokens`;
}
