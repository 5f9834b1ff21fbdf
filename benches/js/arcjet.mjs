/**
 * Arcjet's local rules beside the same rules here: bots, e-mail syntax, one filter. As shipped it
 * makes an instance of its module for each rule of each request; its own loader can keep one.
 */

import { detectBot, isValidEmail, matchFilters } from "@arcjet/analyze";
// both come with @arcjet/analyze
import { initializeWasm } from "@arcjet/analyze-wasm";
import { categories } from "@arcjet/protocol/well-known-bots.js";
import doorward from "doorward";
import { cpuTimes, workload } from "./rounds.mjs";
import { digits, duration, row } from "./row.mjs";

const { context, ...request } = workload.request;
const email = context.email;
const filter = 'http.request.uri.path eq "/admin"';

const bots = {
  tag: "allowed-bot-config",
  val: { entities: [...categories["CATEGORY:SEARCH_ENGINE"]], skipCustomDetect: true },
};
const emails = {
  tag: "deny-email-validation-config",
  val: { requireTopLevelDomain: true, allowDomainLiteral: false, deny: ["INVALID"] },
};

const url = new URL(request.url);
const headers = Object.fromEntries(
  request.headers.map(([name, text]) => [name.toLowerCase(), text]),
);
const asked = {
  ip: request.ip,
  method: request.method,
  protocol: url.protocol,
  host: url.host,
  path: url.pathname,
  query: url.search,
  cookies: headers.cookie,
  headers,
  extra: {},
};

const imports = {
  "arcjet:js-req/bot-identifier": { detect: () => [] },
  "arcjet:js-req/email-validator-overrides": {
    isFreeEmail: () => "unknown",
    isDisposableEmail: () => "unknown",
    hasMxRecords: () => "unknown",
    hasGravatar: () => "unknown",
  },
  "arcjet:js-req/filter-overrides": { ipLookup() {} },
  "arcjet:js-req/sensitive-information-identifier": { detect: () => [] },
  "arcjet:js-req/verify-bot": { verify: () => "unverifiable" },
};
const kept = await initializeWasm(imports);
const arcjet = { log: console, characteristics: ["ip.src"] };

const ward = doorward({
  rules: [
    { rule: "detectBot", mode: "LIVE", allow: ["CATEGORY:SEARCH_ENGINE"] },
    { rule: "validateEmail", mode: "LIVE", deny: ["INVALID"] },
    { rule: "filter", mode: "LIVE", deny: [filter] },
  ],
});

function passed(bot, address, match) {
  if (bot.denied.length || address.blocked.length || !match.allowed) throw new Error("refused");
}

const times = await cpuTimes(
  {
    async ours(times) {
      for (let i = 0; i < times; i++) {
        if ((await ward.protect(request, context)).isDenied()) throw new Error("refused");
      }
    },
    kept(times) {
      for (let i = 0; i < times; i++) {
        passed(
          kept.detectBot(JSON.stringify(asked), bots),
          kept.isValidEmail(email, emails),
          kept.matchFilters(JSON.stringify(asked), "{}", [filter], false),
        );
      }
    },
    async shipped(times) {
      for (let i = 0; i < times; i++) {
        passed(
          await detectBot(arcjet, asked, bots),
          await isValidEmail(arcjet, email, emails),
          await matchFilters(arcjet, asked, "{}", [filter], false),
        );
      }
    },
  },
  { rounds: 9, roundMs: 200 },
);

const RULES = "bots, e-mail, filter";
row("arcjet-shipped", {
  value: times.shipped / times.ours,
  ours: `${duration(times.ours)} (${RULES})`,
  peers: `Arcjet 1.13 on Node ${process.versions.node} ${duration(times.shipped)}`,
});
row("arcjet-kept", {
  value: times.kept / times.ours,
  ours: duration(times.ours),
  peers: `${duration(times.kept)}, as shipped ${digits(times.shipped / times.kept)}× that`,
});
