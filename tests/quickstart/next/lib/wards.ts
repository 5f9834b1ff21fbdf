import doorward, { detectBot, filter, fixedWindow, shield, slidingWindow } from "doorward/next";

/** One policy that two routes import. */
export const imported = doorward({
  rules: [fixedWindow({ id: "two-routes", mode: "LIVE", window: "24h", max: 7 })],
});

/** The same policy made anew by each route that calls this. */
export const made = () =>
  doorward({ rules: [fixedWindow({ id: "two-wards", mode: "LIVE", window: "24h", max: 7 })] });

/** Reads a body before it counts, so that many requests are under way at once. */
export const exact = doorward({
  rules: [shield({ mode: "LIVE" }), slidingWindow({ mode: "LIVE", interval: "24h", max: 50 })],
});

/** Believes what loopback says of the client: what the quick start must not do. */
export const believing = doorward({
  proxies: ["127.0.0.0/8"],
  rules: [fixedWindow({ mode: "LIVE", window: "24h", max: 3 })],
});

/** Rules that look at context, query and headers. */
export const looking = doorward({
  characteristics: ["ip.src", "tenant"],
  rules: [
    detectBot({ mode: "LIVE", allow: ["CATEGORY:SEARCH_ENGINE"] }),
    filter({
      id: "plan",
      mode: "LIVE",
      deny: ['context["plan"] eq "free" and http.request.uri.args["q"] eq "costly"'],
    }),
    filter({ id: "header", mode: "LIVE", deny: ['http.request.headers["x-plan"] eq "free"'] }),
    slidingWindow({ mode: "LIVE", interval: "24h", max: 100 }),
  ],
});
