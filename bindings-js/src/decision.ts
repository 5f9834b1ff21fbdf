/**
 * What came of a request.
 *
 * The conclusion is the first letter of the engine's answer; the decision line
 * behind it is parsed when somebody looks at more than the conclusion.
 */

import type { ReasonCode } from "./generated/rules.js";
import { own } from "./marshal.js";

/** What should happen to the request. */
export type Conclusion = "ALLOW" | "CHALLENGE" | "DENY";

/** Whether a rule counts. */
export type Mode = "LIVE" | "DRY_RUN";

/** The public decision line. */
export interface DecisionLine {
  readonly id: string;
  readonly conclusion: Conclusion;
  readonly reason: ReasonLine;
  readonly results: readonly ResultLine[];
  readonly refined?: RefinedLine;
  readonly undetermined: readonly string[];
  readonly degraded: readonly string[];
  readonly ip: string | null;
  /** What was answered of the address; absent where no rule asked. */
  readonly ipDetails?: IpDetailsLine;
  readonly actor: Actor | null;
  readonly engine: string;
}

/** Somebody who proved who acts: a signed agent, or one that acts for a user. */
export interface Actor {
  /** Who acts. */
  readonly agent: string;
  /** For whom; null where it acts for itself. */
  readonly onBehalfOf: string | null;
  /** Who says so; null where it is the agent's own signature. */
  readonly issuer: string | null;
  /** What it may do on this route. */
  readonly scopes: readonly string[];
  /** Until when, in seconds since the Unix epoch. */
  readonly expires: number;
  readonly proof: "web-bot-auth" | "jwt";
}

/** A second opinion as the decision line writes it. */
export interface RefinedLine {
  /** In a dry run: what it would conclude. */
  readonly mode?: "DRY_RUN";
  readonly would?: Conclusion;
  /** The effective conclusion. */
  readonly conclusion: Conclusion;
  /** The calibrated probability of abuse. */
  readonly score: number;
  /** In thousandths of a logit: the base and all weights sum to the margin. */
  readonly base: number;
  readonly margin: number;
  readonly explanation: readonly { readonly signal: string; readonly weight: number }[];
}

/** What a database knows of an address, or the word for why it was not asked. */
export interface IpDetailsLine {
  /** ISO 3166-1. */
  readonly country?: string;
  readonly countryName?: string;
  readonly continent?: string;
  readonly continentName?: string;
  readonly region?: string;
  readonly city?: string;
  readonly postalCode?: string;
  readonly timezone?: string;
  readonly latitude?: number;
  readonly longitude?: number;
  /** In kilometres. */
  readonly accuracyRadius?: number;
  readonly asnum?: number;
  readonly asname?: string;
  readonly asdomain?: string;
  readonly astype?: string;
  readonly hosting?: boolean;
  readonly vpn?: boolean;
  readonly proxy?: boolean;
  readonly tor?: boolean;
  readonly relay?: boolean;
  readonly mobile?: boolean;
  readonly service?: string;
  readonly error?: string;
}

/** A reason as the decision line writes it. */
export interface ReasonLine {
  readonly code: ReasonCode | (string & {});
  readonly [detail: string]: unknown;
}

/** A result as the decision line writes it. */
export interface ResultLine {
  readonly rule: string;
  readonly id: string;
  readonly mode: Mode;
  readonly conclusion: Conclusion;
  readonly score: number;
  readonly reason: ReasonLine;
}

/** What was seen and what would have changed the outcome. */
export interface Explanation {
  readonly summary: string;
  readonly rules: readonly {
    readonly rule: string;
    readonly id: string;
    readonly mode: Mode;
    readonly conclusion: Conclusion;
    readonly saw: string;
    readonly change: string;
  }[];
  /** Why the second opinion is what it is, the heaviest first. */
  readonly refined?: readonly {
    readonly signal: string;
    readonly weight: number;
    readonly says: string;
  }[];
}

/** Why. The details a code carries are properties; their names are in the table of codes. */
export class Reason {
  /** Stable; see the table of reason codes. */
  declare readonly code: ReasonCode | (string & {});
  /** Of a rate limit: units allowed. */
  declare readonly limit?: number;
  /** Of a rate limit: units left. */
  declare readonly remaining?: number;
  /** Of a rate limit: seconds until it is whole again. */
  declare readonly reset?: number;
  /** Of a rate limit: length of its window in seconds. */
  declare readonly window?: number;
  /** Of a refused take: seconds until it would be given. */
  declare readonly retryAfter?: number;
  /** Of shield: where it was seen, e.g. `query:q`. */
  declare readonly place?: string;
  /** Of shield: the first byte of the decoded value. */
  declare readonly start?: number;
  /** Of shield: the byte after the last. */
  declare readonly end?: number;
  /** Of shield: the codes of all strong evidence, where there is more than one. */
  declare readonly findings?: readonly string[];
  /** Of shield: the field that is not what `expect` says. */
  declare readonly field?: string;
  /** Of shield: what `expect` says of it. */
  declare readonly expected?: string;
  /** Of shield: a few masked characters, where the policy asks for them. */
  declare readonly excerpt?: string;
  /** Of detectBot: what was recognised. */
  declare readonly bots?: readonly string[];
  /** Of detectBot: categories of what was recognised. */
  declare readonly categories?: readonly string[];
  /** Of detectBot: the browser that the User-Agent claims, where other headers contradict it. */
  declare readonly claim?: string;
  /** Of detectBot: what contradicts the User-Agent, in words. */
  declare readonly contradictions?: readonly string[];
  /** Of detectBot: the agent whose signature holds. */
  declare readonly agent?: string;
  /** Of detectBot: see `isVerified()`. */
  declare readonly verified?: boolean;
  /** Of detectBot: see `isSpoofed()`. */
  declare readonly spoofed?: boolean;
  readonly [detail: string]: unknown;

  constructor(line: ReasonLine) {
    for (const name of Object.keys(line)) {
      Object.defineProperty(this, name, { value: line[name], enumerable: true });
    }
  }

  /** Of a rate limit: units allowed; the name that Arcjet's users know. */
  get max(): number | undefined {
    return this.limit;
  }

  isRateLimit(): boolean {
    return this.code.startsWith("rate_limit.");
  }
  isBot(): boolean {
    return this.code.startsWith("bot.");
  }
  /** A bot that is who it says: proved by its address, its name or its signature. */
  isVerified(): boolean {
    return this.verified === true;
  }
  /** Automation that says it is somebody else: a browser, or a crawler of somebody else's. */
  isSpoofed(): boolean {
    return this.code.startsWith("bot.spoofed.") || this.spoofed === true;
  }
  /** Of verifyAgent. */
  isAgent(): boolean {
    return this.code.startsWith("agent.");
  }
  isShield(): boolean {
    return this.code.startsWith("shield.");
  }
  isEmail(): boolean {
    return this.code.startsWith("email.");
  }
  isFilterRule(): boolean {
    return this.code.startsWith("filter.");
  }
  isSensitiveInfo(): boolean {
    return this.code.startsWith("sensitive.");
  }
  /** The engine itself failed. */
  isError(): boolean {
    return this.code === "fault";
  }
}

/** What one rule saw. */
export class RuleResult {
  readonly rule: string;
  readonly id: string;
  readonly mode: Mode;
  readonly conclusion: Conclusion;
  /** The rule's own belief that the request is what it looks for, 0 to 1. */
  readonly score: number;
  readonly reason: Reason;

  constructor(line: ResultLine) {
    this.rule = line.rule;
    this.id = line.id;
    this.mode = line.mode;
    this.conclusion = line.conclusion;
    this.score = line.score;
    this.reason = new Reason(line.reason);
  }

  isAllowed(): boolean {
    return this.conclusion === "ALLOW";
  }
  isDenied(): boolean {
    return this.conclusion === "DENY";
  }
}

/**
 * The client's address as the engine found it, and what the application's database knows of it
 * where a rule read that (`ip.src.country` …).
 */
export class IpDetails {
  /** The address; undefined where nobody trustworthy said. */
  readonly address: string | undefined;
  readonly #known: IpDetailsLine;

  constructor(address: string | null, known: IpDetailsLine = {}) {
    this.address = address ?? undefined;
    this.#known = known;
  }

  /** ISO 3166-1. */
  get country(): string | undefined {
    return this.#known.country;
  }
  get countryName(): string | undefined {
    return this.#known.countryName;
  }
  get continent(): string | undefined {
    return this.#known.continent;
  }
  get continentName(): string | undefined {
    return this.#known.continentName;
  }
  get region(): string | undefined {
    return this.#known.region;
  }
  get city(): string | undefined {
    return this.#known.city;
  }
  get postalCode(): string | undefined {
    return this.#known.postalCode;
  }
  get timezone(): string | undefined {
    return this.#known.timezone;
  }
  get latitude(): number | undefined {
    return this.#known.latitude;
  }
  get longitude(): number | undefined {
    return this.#known.longitude;
  }
  /** In kilometres. */
  get accuracyRadius(): number | undefined {
    return this.#known.accuracyRadius;
  }
  /** The autonomous system, such as `AS64500`. */
  get asn(): string | undefined {
    const { asnum } = this.#known;
    return asnum === undefined ? undefined : `AS${asnum}`;
  }
  get asnName(): string | undefined {
    return this.#known.asname;
  }
  get asnDomain(): string | undefined {
    return this.#known.asdomain;
  }
  get asnType(): string | undefined {
    return this.#known.astype;
  }
  /** Whose VPN, proxy or relay it is. */
  get service(): string | undefined {
    return this.#known.service;
  }
  /** Why nothing is known, where the database could not be asked: `no_database` … */
  get error(): string | undefined {
    return this.#known.error;
  }

  hasCountry(): this is this & { readonly country: string } {
    return this.country !== undefined;
  }
  hasContinent(): this is this & { readonly continent: string } {
    return this.continent !== undefined;
  }
  hasRegion(): this is this & { readonly region: string } {
    return this.region !== undefined;
  }
  hasCity(): this is this & { readonly city: string } {
    return this.city !== undefined;
  }
  hasPostalCode(): this is this & { readonly postalCode: string } {
    return this.postalCode !== undefined;
  }
  hasTimezone(): this is this & { readonly timezone: string } {
    return this.timezone !== undefined;
  }
  hasLatitude(): this is this & { readonly latitude: number } {
    return this.latitude !== undefined;
  }
  hasLongitude(): this is this & { readonly longitude: number } {
    return this.longitude !== undefined;
  }
  hasAccuracyRadius(): this is this & { readonly accuracyRadius: number } {
    return this.accuracyRadius !== undefined;
  }
  hasAsn(): this is this & { readonly asn: string } {
    return this.asn !== undefined;
  }
  hasService(): this is this & { readonly service: string } {
    return this.service !== undefined;
  }

  /** Known to belong to a hosting provider; false also where nothing is known. */
  isHosting(): boolean {
    return this.#known.hosting === true;
  }
  isVpn(): boolean {
    return this.#known.vpn === true;
  }
  isProxy(): boolean {
    return this.#known.proxy === true;
  }
  isTor(): boolean {
    return this.#known.tor === true;
  }
  isRelay(): boolean {
    return this.#known.relay === true;
  }
  isMobile(): boolean {
    return this.#known.mobile === true;
  }

  toString(): string {
    return this.address ?? "";
  }
  toJSON(): string | null {
    return this.address ?? null;
  }
}

/** How a refusal looks on the wire. */
export interface Refusal {
  readonly status: number;
  /** By name; each name once. */
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Who is refused: a request of any host, or what its `Accept` header says. */
export type Asker =
  | string
  | null
  | { readonly headers: { get(name: string): string | null } }
  | { readonly headers: Readonly<Record<string, string | string[] | undefined>> };

/** What a decision needs of the ward that made it. */
export interface Maker {
  /** The application can step up, so CHALLENGE is not a denial. */
  readonly stepUp: boolean;
  explain(line: string): Explanation;
  /** The header fields as JSON; undefined where the engine failed. */
  headers(line: string): string | undefined;
  /** The refusal as JSON; undefined where the engine failed. */
  respond(line: string, accept: string): string | undefined;
  /** The answer reconsidered; undefined where the engine failed. */
  refine(line: string, context: unknown): string | undefined;
}

const CONCLUSIONS: Readonly<Record<string, Conclusion>> = {
  __proto__: null as never,
  A: "ALLOW",
  C: "CHALLENGE",
  D: "DENY",
  // a LIVE rule could not judge
  a: "ALLOW",
  c: "CHALLENGE",
  d: "DENY",
};

/** What came of a request. */
export class Decision {
  /** The effective conclusion. */
  readonly conclusion: Conclusion;
  readonly #maker: Maker;
  readonly #answer: string;
  readonly #context: unknown;
  #line: DecisionLine | undefined;

  /** From the engine's answer: the letter of the conclusion, then the decision line. */
  constructor(answer: string, maker: Maker, context?: unknown) {
    const conclusion = CONCLUSIONS[answer.charAt(0)];
    if (conclusion === undefined) throw new Error(`an answer that starts with ${answer[0]}`);
    this.conclusion = conclusion;
    this.#answer = answer;
    this.#maker = maker;
    this.#context = context;
  }

  /** True only for ALLOW. */
  isAllowed(): boolean {
    return this.conclusion === "ALLOW";
  }
  /** True for DENY, and for CHALLENGE unless the ward was built with `stepUp`. */
  isDenied(): boolean {
    return this.conclusion === "DENY" || (this.conclusion === "CHALLENGE" && !this.#maker.stepUp);
  }
  /** True for CHALLENGE. */
  isChallenged(): boolean {
    return this.conclusion === "CHALLENGE";
  }

  get id(): string {
    return this.toJSON().id;
  }
  get reason(): Reason {
    return new Reason(this.toJSON().reason);
  }
  /** One a rule, in policy order. */
  get results(): readonly RuleResult[] {
    return this.toJSON().results.map((line) => new RuleResult(line));
  }
  get ip(): IpDetails {
    const { ip, ipDetails } = this.toJSON();
    return new IpDetails(ip, ipDetails);
  }
  /** Who acts, if somebody proved to be more than a client. */
  get actor(): Actor | null {
    return this.toJSON().actor;
  }
  /** LIVE rules that could not judge. */
  get undetermined(): readonly string[] {
    return this.toJSON().undetermined;
  }
  /** What of the engine's world is not as it should be. */
  get degraded(): readonly string[] {
    return this.toJSON().degraded;
  }
  /** Seconds for which the same request would get the same denial; 0 where unknown. */
  get ttl(): number {
    return this.reason.retryAfter ?? 0;
  }

  /** The second opinion, where there is one. */
  get refined(): RefinedLine | undefined {
    return this.toJSON().refined;
  }
  /** See `refine` of `doorward/refine`. */
  refine(context?: object): Decision {
    const known = { ...(this.#context as object | undefined), ...context };
    const answer = this.#maker.refine(this.toString(), known);
    return answer ? new Decision(answer, this.#maker, known) : this;
  }

  /** What each rule saw, and what would have changed the outcome. */
  explain(): Explanation {
    return this.#maker.explain(this.toString());
  }
  /**
   * `RateLimit-Policy` and `RateLimit` of the LIVE limits, and `Retry-After` where one refused:
   * for any response, also of a request that passes. Empty where the policy has no limit.
   */
  headers(): Record<string, string> {
    // an answer that names no limit is not worth a crossing
    if (!this.#answer.includes('"rate_limit.')) return {};
    const text = this.#maker.headers(this.toString());
    return text === undefined ? {} : (JSON.parse(text) as Record<string, string>);
  }
  /**
   * How to refuse: 429 where a limit decided, else 403, in a body that does not say which rule
   * it was. `accept` is the request's `Accept` header.
   */
  refusal(accept?: string | null): Refusal {
    const text = this.#maker.respond(this.toString(), typeof accept === "string" ? accept : "");
    return text === undefined ? plainRefusal(this.id) : (JSON.parse(text) as Refusal);
  }
  /** The same as a Fetch `Response` to this request. */
  toResponse(request?: Asker): Response {
    const { status, headers, body } = this.refusal(acceptOf(request));
    return new Response(body, { status, headers });
  }

  /** The decision line as an object. */
  toJSON(): DecisionLine {
    this.#line ??= JSON.parse(this.toString()) as DecisionLine;
    return this.#line;
  }
  /** The decision line, the same bytes on every host. */
  toString(): string {
    return this.#answer.slice(1);
  }
}

/** The refusal when the engine that would have written it failed. */
function plainRefusal(decision: string): Refusal {
  return {
    status: 403,
    headers: { "Content-Type": "application/problem+json", "Cache-Control": "no-store" },
    body: JSON.stringify({ type: "about:blank", title: "Forbidden", status: 403, decision }),
  };
}

/** What the asker would like to read; nothing where a framework's object does not say. */
function acceptOf(asker: Asker | undefined): string {
  if (typeof asker === "string") return asker;
  try {
    const headers: unknown = asker?.headers;
    const get = (headers as Headers | undefined)?.get;
    const accept = typeof get === "function" ? get.call(headers, "accept") : own(headers, "accept");
    return accept == null ? "" : String(accept);
  } catch {
    return "";
  }
}

/** The answer when the engine failed twice: reported, and never allowed by accident. */
export function faultAnswer(conclusion: Conclusion): string {
  const line: DecisionLine = {
    id: crypto.randomUUID(),
    conclusion,
    reason: { code: "fault" },
    results: [],
    undetermined: [],
    degraded: ["fault"],
    ip: null,
    actor: null,
    engine: "fault",
  };
  return conclusion.charAt(0) + JSON.stringify(line);
}
