/** Only compiled: what the compiler must accept and must refuse. */

import type { IncomingMessage } from "node:http";
import doorward, {
  detectBot,
  fixedWindow,
  protectSignup,
  shield,
  slidingWindow,
  validateEmail,
} from "doorward";

declare const request: Request;
declare const incoming: IncomingMessage;
declare const names: string[];

const plain = doorward({ rules: [shield({ mode: "LIVE" }), detectBot({ allow: [] })] });
plain.protect(request);
plain.protect(incoming, { userId: 1, anything: [] });
plain.protect({ method: "GET", url: "/", headers: [["a", "b"]] });

const keyed = doorward({
  rules: [
    slidingWindow({
      interval: 60,
      max: 1,
      characteristics: ["ip.src", "tenantId", 'context["plan"]', "account.id"],
    }),
  ],
});
keyed.protect(request, { tenantId: "t", plan: undefined, account: "a" });
// @ts-expect-error the context is missing
keyed.protect(request);
// @ts-expect-error tenantId is missing
keyed.protect(request, { plan: 1, account: 1 });

const top = doorward({ characteristics: ["userId"], rules: [fixedWindow({ window: 1, max: 1 })] });
top.protectSync(request, { userId: 1 });
// @ts-expect-error userId is missing
top.protectSync(request, {});

const more = plain.withRule(validateEmail({ deny: ["INVALID"] }));
more.protect(request, { email: "a@b.c" });
// @ts-expect-error email is missing
more.protect(request);

const signup = doorward({
  rules: [protectSignup({ rateLimit: { interval: 1, max: 1 }, bots: { allow: [] }, email: {} })],
});
// @ts-expect-error email is missing
signup.protect(request);

// names the compiler does not know are not asked for
doorward({ rules: [slidingWindow({ interval: 1, max: 1, characteristics: names })] }).protect(
  request,
);

// @ts-expect-error max is missing
slidingWindow({ interval: 1 });
// @ts-expect-error an unknown option
shield({ moode: "LIVE" });
// @ts-expect-error an unknown mode
shield({ mode: "live" });

shield({ expect: { id: "integer", sort: ["asc", "desc"] }, classes: ["xss"] });
shield({ excerpt: true, probing: { max: 1, interval: "1h" } });
// @ts-expect-error an unknown kind
shield({ expect: { id: "int" } });
// @ts-expect-error an unknown class
shield({ classes: ["sql"] });
// @ts-expect-error the interval is missing
shield({ probing: { max: 1 } });

// a rule as canonical JSON has it
doorward({ rules: [{ rule: "shield", mode: "LIVE" }] }).protect(request);
doorward(plain.toJSON()).protect(request);
