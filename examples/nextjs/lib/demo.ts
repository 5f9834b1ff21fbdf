/**
 * What only the demo needs; leave it out of your application.
 *
 * `doorward` is the package's own, except that each decision is remembered with
 * the time it took, and that `DEMO_WITHOUT=<rule id>` in the environment leaves
 * that rule out. `shown` writes the decision of a request into a header, for
 * the demo's table. `noModel` answers where there is no model to ask.
 */

import real, {
  type Decision,
  type PlainRule,
  type RuleInput,
  type Ward,
  type WardRequest,
} from "doorward/next";
import type { NextRequest } from "next/server";

/** Every ward that was made, for a test that compares them with examples/fastapi. */
export const wards: Ward<string>[] = [];

const seen = new WeakMap<WardRequest, { decision: Decision; micros: number }>();

export const doorward = ((options) =>
  observed(real({ ...options, rules: kept(options.rules) }))) as typeof real;

function observed(ward: Ward<string>): Ward<string> {
  wards.push(ward);
  const protect = ward.protect.bind(ward);
  const withRule = ward.withRule.bind(ward);
  ward.protect = async (request, context) => {
    const start = performance.now();
    const decision = await protect(request, context);
    seen.set(request, { decision, micros: Math.round((performance.now() - start) * 1000) });
    return decision;
  };
  ward.withRule = ((rule: RuleInput) =>
    observed(withRule(kept([rule].flat() as PlainRule[])))) as Ward["withRule"];
  return ward;
}

const kept = <R extends RuleInput>(rules: readonly R[]) =>
  rules.filter((rule) => {
    const { id, rule: name } = rule as { id?: string; rule: string };
    return (id ?? name) !== process.env.DEMO_WITHOUT;
  });

type Handler = (request: NextRequest) => Promise<Response>;

export const shown =
  (handler: Handler): Handler =>
  async (request) => {
    const response = await handler(request);
    const found = seen.get(request);
    if (found) {
      const { reason, results, engine } = found.decision.toJSON();
      const dryRun = results.filter((r) => r.mode === "DRY_RUN" && r.conclusion !== "ALLOW");
      const shown = {
        conclusion: found.decision.conclusion,
        code: reason.code,
        dryRun: dryRun.map((r) => r.id),
        rules: results.map((r) => r.id),
        engine,
        micros: found.micros,
      };
      response.headers.set("x-doorward-decision", JSON.stringify(shown));
    }
    return response;
  };

/** Uses every token that was reserved. */
export async function* noModel(maxTokens: unknown) {
  yield { text: "There is no model here: MODEL_URL names none.", tokens: Number(maxTokens) };
}
