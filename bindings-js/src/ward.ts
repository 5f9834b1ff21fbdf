/**
 * A ward: a policy at work in this process.
 *
 * `protect` marshals a request, lets the engine decide and hands back the
 * decision. It never throws on what a client sent; a policy that cannot be
 * used throws when the ward is made.
 */

import type { Adapter } from "./adapters/adapter.js";
import { fetchAdapter, isFetchRequest } from "./adapters/fetch.js";
import { isNodeRequest, nodeAdapter } from "./adapters/node.js";
import { type PlainRequest, plainAdapter } from "./adapters/plain.js";
import type { Body } from "./body.js";
import type { Context, Fact, Outcome } from "./context.js";
import {
  type Conclusion,
  Decision,
  type Explanation,
  faultAnswer,
  type Maker,
} from "./decision.js";
import { Engine, PolicyError } from "./engine.js";
import { environmentSecret, isDevelopment, isDryRun, platform } from "./environment.js";
import { emptyInput, Flag, type Input } from "./frame.js";
import { contextJson, own } from "./marshal.js";
import type { FactOf, NeedsOf, OnError, PlainRule, Rule, RuleInput } from "./rules.js";
import { shared } from "./shared.js";
import { answering, type Store } from "./store.js";
import { type Warning, type WarningSink, warn } from "./warning.js";

/** What a ward is made of: the keys of the canonical policy, and what belongs to this process. */
export interface WardOptions<
  R extends readonly RuleInput[] = readonly RuleInput[],
  C extends readonly string[] = readonly string[],
> {
  /** The rules, in the order in which results list them. */
  readonly rules: R;
  /** Whose requests limits count together, unless a rule says otherwise; default `ip.src`. */
  readonly characteristics?: C;
  /** Trusted proxies as addresses and CIDR ranges, or a number of hops. */
  readonly proxies?: readonly string[] | number;
  /** The platform whose edge names the client; default: recognised by its environment. */
  readonly platform?: "vercel" | "fly" | "render" | "cloudflare";
  /** Bounds of the embedded store, or a store that several machines share. */
  readonly store?: Store | { readonly maxBytes?: number };
  /** How much of a body is inspected, how long it may take, what a longer one means. */
  readonly body?: {
    readonly maxBytes?: number;
    readonly deadlineMs?: number;
    readonly oversize?: OnError;
  };
  /** The application can step up: `isDenied()` is then false for CHALLENGE. */
  readonly stepUp?: boolean;
  /** For the HMACs of store keys and logged identities; default `DOORWARD_SECRET`. */
  readonly secret?: string;
  /** Takes decision-log lines. */
  readonly log?: (line: string) => void;
  /** Takes warnings; default the console. */
  readonly onWarning?: WarningSink;
  /** What a request gets when the engine itself fails, twice; default `deny`. */
  readonly onFault?: OnError;
}

/** A Fetch request, of this realm or a framework's. */
export interface FetchRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: { get(name: string): string | null };
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** Node's incoming message, or a framework's. */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly rawHeaders: readonly string[];
  readonly socket?: unknown;
}

/** What `protect` looks at. */
export type WardRequest = FetchRequest | NodeRequest | PlainRequest;

/** The context argument: required where rules need fields of it. */
export type ContextArguments<Needs extends string> = [Needs] extends [never]
  ? [context?: Context]
  : [context: Context & Readonly<Record<Needs, Fact>>];

/** Options that belong to this process rather than to the policy. */
const LOCAL = ["secret", "log", "onWarning", "onFault"] as const;

const MAX_WARDS = 64;
const MANY_WARDS = 100;

/** One input for all calls, because a call that returns at once needs no other. */
let scratch: Input | undefined = emptyInput();

/** The engine and clock of a ward, for `doorward/testing`. */
export const internals: unique symbol = Symbol.for("doorward.ward") as never;

/** The parts of a ward that a ward with further rules shares. */
interface Parts {
  readonly engine: Engine;
  readonly options: Pick<WardOptions, "log" | "onWarning" | "onFault">;
  readonly store: Store | undefined;
  /** Milliseconds since the Unix epoch; tests replace it. */
  clock: () => number;
}

/** A policy at work. */
export class Ward<Needs extends string = never> {
  readonly [internals]: Parts;
  readonly #maker: Maker;
  readonly #platform = platform();
  readonly #more = new Map<string, Ward<string>>();
  readonly #answers: ((needs: string) => Promise<string>) | undefined;

  constructor(parts: Parts) {
    this[internals] = parts;
    const { engine, store } = parts;
    const { stepUp } = JSON.parse(engine.policy) as { stepUp?: boolean };
    this.#maker = { stepUp: stepUp === true, explain: (line) => this.#explain(line) };
    this.#answers = store && answering(store, (error) => this.#storeFailed(error));
  }

  /** Decides about a request, reading as much of its body as the policy wants. */
  async protect(request: WardRequest, ...context: ContextArguments<Needs>): Promise<Decision> {
    const adapter = adapterOf(request);
    // a client that goes away while its body is read takes its address with it
    const peer = this.#peer(adapter, request);
    const { body: bounds } = this[internals].engine.reads;
    const reading = bounds ? adapter.body(request, bounds) : undefined;
    const body = reading instanceof Promise ? await reading : reading;
    if (!this.#answers) return this.#decide(adapter, request, context[0], peer, body);
    const input = emptyInput();
    this.#fill(input, adapter, request, context[0], peer, body);
    return this.#drive(input, this.#answers);
  }

  /** The same at once: touches no stream, so of a body only what a parser left is seen. */
  protectSync(request: WardRequest, ...context: ContextArguments<Needs>): Decision {
    if (this.#answers) {
      throw new TypeError("protectSync cannot wait for this ward's store: use await protect()");
    }
    const adapter = adapterOf(request);
    const { body: bounds } = this[internals].engine.reads;
    const body = bounds ? adapter.seen(request, bounds) : undefined;
    return this.#decide(adapter, request, context[0], this.#peer(adapter, request), body);
  }

  /** A ward with further rules on the same store; cached, so it may be called in a handler. */
  withRule<const R extends RuleInput>(rule: R): Ward<Needs | NeedsOf<R>> {
    const parts = this[internals];
    const added = [rule].flat() as (Rule<string> | PlainRule)[];
    const key = jsonOf(added);
    let ward = this.#more.get(key);
    if (ward === undefined) {
      const policy = this.toJSON();
      const engine = parts.engine.derive(jsonOf({ ...policy, rules: [...policy.rules, ...added] }));
      sayModes(engine, parts.options.onWarning);
      ward = new Ward<string>({ ...parts, engine, clock: () => parts.clock() });
      if (this.#more.size >= MAX_WARDS) {
        for (const oldest of this.#more.keys()) {
          this.#more.delete(oldest);
          break;
        }
      }
      this.#more.set(key, ward);
    }
    return ward as never;
  }

  /** Says what followed a decision, at once or weeks later. */
  report(decision: Decision | string, outcome: Outcome): void {
    const { engine, clock, options } = this[internals];
    if (!options.log) return;
    const id = typeof decision === "string" ? decision : decision.id;
    const json = contextJson(outcome);
    const line = engine.outcome(id, clock(), json, (error) => this.#fault(error));
    if (line !== undefined) this.#log(line);
  }

  /** The canonical policy. */
  toJSON(): { readonly version: 1; readonly rules: readonly PlainRule[] } & Record<
    string,
    unknown
  > {
    return JSON.parse(this[internals].engine.policy);
  }

  #decide(
    adapter: Adapter<WardRequest>,
    request: WardRequest,
    context: unknown,
    peer: string,
    body: Body | undefined,
  ): Decision {
    // a getter in the context, or a sink, may ask a ward while this one is at it
    const input = scratch ?? emptyInput();
    scratch = undefined;
    let answer: string;
    try {
      this.#fill(input, adapter, request, context, peer, body);
      answer = this[internals].engine.decide(input, (error) => this.#fault(error));
    } catch {
      answer = this.#faulted();
    }
    input.head = NOTHING.head;
    input.tail = NOTHING.tail;
    scratch = input;
    return this.#decision(answer);
  }

  async #drive(input: Input, answers: (needs: string) => Promise<string>): Promise<Decision> {
    let answer: string;
    try {
      const { engine } = this[internals];
      answer = await engine.drive(input, answers, (error) => this.#fault(error));
    } catch {
      answer = this.#faulted();
    }
    return this.#decision(answer);
  }

  #decision(given: string): Decision {
    let answer = given;
    if (this[internals].options.log) {
      const line = given.indexOf("\n");
      if (line >= 0) {
        answer = given.slice(0, line);
        this.#log(given.slice(line + 1));
      }
    }
    const decision = new Decision(answer, this.#maker);
    if (decision.isAllowed() && !judgedAll(answer)) this.#unjudged(decision);
    return decision;
  }

  #peer(adapter: Adapter<WardRequest>, request: WardRequest): string {
    try {
      return adapter.peer(request);
    } catch {
      return "";
    }
  }

  #fill(
    input: Input,
    adapter: Adapter<WardRequest>,
    request: WardRequest,
    context: unknown,
    peer: string,
    body: Body | undefined,
  ): void {
    const { engine, clock } = this[internals];
    input.id = "";
    input.peer = peer || this.#peerOf(context);
    input.platform = this.#platform;
    input.method = "";
    input.target = "";
    input.headers = NOTHING.headers;
    input.now = clock();
    input.context = engine.reads.context ? contextJson(context) : "";
    input.head = body ? body.head : NOTHING.head;
    input.tail = body ? body.tail : NOTHING.tail;
    input.flags = Flag.NOW;
    if (body?.truncated) input.flags |= Flag.TRUNCATED;
    if (body?.late) input.flags |= Flag.LATE;
    try {
      adapter.fill(input, request, engine.reads);
    } catch (error) {
      // a framework's proxy forbids the look: what is not here is not known to be missing
      input.flags &= ~(Flag.ALL_HEADERS | Flag.HEADER_ORDER);
      this.#warn("request", {
        code: "request",
        message: "a request could not be read as a whole; what it showed was judged",
        cause: error,
      });
    }
  }

  /** Where the host shows no peer: the application's word, then this machine in development. */
  #peerOf(context: unknown): string {
    const ip = own(context, "ip");
    if (typeof ip === "string") return ip;
    return this.#platform === "" && isDevelopment() ? "127.0.0.1" : "";
  }

  #explain(line: string): Explanation {
    const { engine } = this[internals];
    const text = engine.explain(line, (error) => this.#fault(error));
    return text === undefined
      ? { summary: "The engine failed while it explained this decision.", rules: [] }
      : (JSON.parse(text) as Explanation);
  }

  #faulted(): string {
    const words: Record<OnError, Conclusion> = {
      allow: "ALLOW",
      challenge: "CHALLENGE",
      deny: "DENY",
    };
    return faultAnswer(words[this[internals].options.onFault ?? "deny"]);
  }

  #fault(error: unknown): void {
    const what = error instanceof Error ? error.message : String(error);
    this.#warn(`fault:${what}`, {
      code: "fault",
      message: `the engine failed and was replaced: ${what}`,
      cause: error,
    });
  }

  #storeFailed(error: unknown): void {
    const what = error instanceof Error ? error.message : String(error);
    this.#warn("store", {
      code: "store",
      message: `the store did not answer, the embedded store does: ${what}`,
      cause: error,
    });
  }

  /** An ALLOW although a LIVE rule could not judge. */
  #unjudged(decision: Decision): void {
    const { undetermined, results, ip } = decision.toJSON();
    for (const result of results) {
      if (result.mode !== "LIVE" || !undetermined.includes(result.id)) continue;
      const hint = ip === null ? ADDRESS_HINT : "";
      this.#warn(`undetermined:${result.id}:${result.reason.code}`, {
        code: "undetermined",
        message: `rule "${result.id}" could not judge (${result.reason.code}).${hint}`,
      });
    }
  }

  #log(line: string): void {
    try {
      this[internals].options.log?.(line);
    } catch (error) {
      this.#warn("log", { code: "log", message: "the log sink threw", cause: error });
    }
  }

  #warn(key: string, warning: Warning): void {
    const { engine, options } = this[internals];
    warn(options.onWarning, `${engine.hash}:${key}`, warning);
  }
}

const NOTHING = emptyInput();

/** Whether no LIVE rule is listed in `undetermined`, which stands near the end of the line. */
function judgedAll(answer: string): boolean {
  const end = answer.lastIndexOf(',"degraded":[');
  return answer.startsWith("[]", end - 2);
}

const ADDRESS_HINT =
  " The client's address is unknown here: set `platform` or `proxies`, pass `ip` in the context," +
  " or, in Next.js, export `register` from doorward/next in instrumentation.ts.";

/** Makes a ward. Throws a {@link PolicyError} that names rule, field, found and allowed. */
export function doorward<
  const R extends readonly RuleInput[],
  const C extends readonly string[] = readonly [],
>(options: WardOptions<R, C>): Ward<NeedsOf<R> | FactOf<C[number]>> {
  const policy: Record<string, unknown> = { ...options };
  for (const name of LOCAL) delete policy[name];
  const rules = Array.isArray(policy.rules) ? policy.rules.flat() : policy.rules;
  policy.rules = rules;
  const store = storeOf(policy.store);
  if (store) delete policy.store;
  const log = own(options, "log") as WardOptions["log"];
  const onWarning = own(options, "onWarning") as WarningSink | undefined;
  const secret = secretOf(own(options, "secret"));
  const engine = Engine.of(jsonOf(policy), {
    dryRun: isDryRun(),
    storeSecret: store && (secret ?? noSecret()),
    logSecret: log && (secret ?? processSecret(onWarning)),
  });
  sayModes(engine, onWarning);
  if (Engine.count() === MANY_WARDS) {
    warn(onWarning, "many_wards", {
      code: "many_wards",
      message: `this process holds ${MANY_WARDS} wards with different policies, each with a store of its own. Make wards once, outside of handlers, and use withRule inside.`,
    });
  }
  return new Ward({
    engine,
    store,
    clock: Date.now,
    options: {
      ...(log && { log }),
      ...(onWarning && { onWarning }),
      onFault: onFaultOf(own(options, "onFault")),
    },
  });
}

function adapterOf(request: WardRequest): Adapter<WardRequest> {
  if (typeof request !== "object" || request === null) {
    throw new TypeError(
      "protect: expected a Request, an IncomingMessage or { method, url, headers, ip }",
    );
  }
  if (isNodeRequest(request)) return nodeAdapter as Adapter<never>;
  if (isFetchRequest(request)) return fetchAdapter as Adapter<never>;
  return plainAdapter as Adapter<never>;
}

/** JSON of a policy; what JSON cannot say is an error rather than a silent gap. */
function jsonOf(value: unknown): string {
  return JSON.stringify(value, (name, member: unknown) => {
    if (typeof member === "function" || typeof member === "symbol" || typeof member === "bigint") {
      throw new PolicyError(`policy: ${name}: found a ${typeof member}, expected JSON`);
    }
    return member;
  });
}

function storeOf(store: unknown): Store | undefined {
  const take = (store as Partial<Store> | undefined)?.take;
  return typeof take === "function" ? (store as Store) : undefined;
}

const MIN_SECRET = 16;

const SECRET = `text of at least ${MIN_SECRET} characters`;

function secretOf(given: unknown): string | undefined {
  const secret = given ?? environmentSecret();
  if (secret === undefined) return undefined;
  if (typeof secret === "string" && secret.length >= MIN_SECRET) return secret;
  const found = typeof secret === "string" ? `${secret.length} characters` : typeof secret;
  throw new PolicyError(`policy: secret: found ${found}, expected ${SECRET}`);
}

function noSecret(): never {
  throw new PolicyError(
    `policy: secret: found nothing, expected ${SECRET}: the store's keys are HMACs under it`,
  );
}

/** A secret for the life of this process, shared by its copies of this package. */
function processSecret(onWarning: WarningSink | undefined): string {
  warn(onWarning, "secret", {
    code: "secret",
    message: "no secret is set, so logged identities cannot be joined after a restart",
  });
  const home = shared();
  home.secret ??= crypto.randomUUID();
  return home.secret;
}

function onFaultOf(given: unknown): OnError {
  if (given === undefined) return "deny";
  if (given === "allow" || given === "challenge" || given === "deny") return given;
  throw new PolicyError(
    `policy: onFault: found ${JSON.stringify(given)}, expected "allow", "challenge" or "deny"`,
  );
}

/** Says once that a rule without a mode is a dry run. */
function sayModes(engine: Engine, onWarning: WarningSink | undefined): void {
  for (const id of engine.modeless) {
    warn(onWarning, `no_mode:${id}:${engine.hash}`, {
      code: "no_mode",
      message: `rule "${id}" has no mode, so it is a DRY_RUN: it reports and never denies`,
    });
  }
}
