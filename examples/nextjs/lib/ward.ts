import { detectBot, shield, slidingWindow } from "doorward/next";
import prompt from "doorward/prompt";
import { doorward } from "./demo"; // in your application: import doorward from "doorward/next"

/**
 * What every route has in common; each adds its own rules next to its handler.
 * The limits are low, so that the demo's short recording reaches them.
 */
const common = {
  // The reverse proxy in front of this application: only its X-Forwarded-For is believed.
  proxies: ["127.0.0.1", "::1"],
  // Nothing here needs a longer body, so none is accepted.
  body: { maxBytes: 4096, oversize: "deny" },
  // What detectPromptInjection asks, which the chat has.
  packs: [prompt],
  rules: [
    shield({ mode: "LIVE" }),
    detectBot({ mode: "LIVE", allow: ["CATEGORY:SEARCH_ENGINE", "CATEGORY:MONITOR"] }),
    slidingWindow({ id: "per-address", mode: "LIVE", interval: "1h", max: 8 }),
  ],
} as const;

// A CHALLENGE has an answer of its own, see refusal.ts.
export const ward = doorward({ ...common, stepUp: true });

/** For routes that know their customers: what rules conclude is weighed with who it is. */
export const customers = doorward({
  ...common,
  // It may also ask for a step-up where no rule objects: a session that is not where it was.
  refine: { mode: "LIVE", harden: true },
  stepUp: { secret: process.env.DOORWARD_SECRET ?? "for this demo alone: set DOORWARD_SECRET" },
});
