import { detectBot, shield, slidingWindow } from "doorward/next";
import { doorward } from "./demo"; // in your application: import doorward from "doorward/next"

/**
 * What every route has in common; each adds its own rules next to its handler.
 * The limits are low, so that the demo's short recording reaches them.
 */
export const ward = doorward({
  // The reverse proxy in front of this application: only its X-Forwarded-For is believed.
  proxies: ["127.0.0.1", "::1"],
  // Nothing here needs a longer body, so none is accepted.
  body: { maxBytes: 4096, oversize: "deny" },
  // A CHALLENGE has an answer of its own, see refusal.ts.
  stepUp: true,
  rules: [
    shield({ mode: "LIVE" }),
    detectBot({ mode: "LIVE", allow: ["CATEGORY:SEARCH_ENGINE", "CATEGORY:MONITOR"] }),
    slidingWindow({ id: "per-address", mode: "LIVE", interval: "1h", max: 8 }),
  ],
});
