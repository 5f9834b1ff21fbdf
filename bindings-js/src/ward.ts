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
import { wrappedAdapter } from "./adapters/wrapped.js";
import type { Body } from "./body.js";
import type { Action, Context, Fact, Outcome } from "./context.js";
import {
  type Conclusion,
  Decision,
  type Explanation,
  faultAnswer,
  type Maker,
} from "./decision.js";
import type { Engine } from "./engine.js";
import { isDevelopment } from "./environment.js";
import { emptyInput, Flag, type Input } from "./frame.js";
import { contextJson, own } from "./marshal.js";
import { jsonOf, sayModes, type WardOptions } from "./options.js";
import type { Outside } from "./outside/outside.js";
import type { NeedsOf, OnError, PlainRule, Rule, RuleInput } from "./rules.js";
import { internals } from "./shared.js";
import { ONCE, StepUp, type StepUpSetup } from "./step-up.js";
import { type Answers, answering, type Observed, type Store, type Take, telling } from "./store.js";
import { type Warning, warn } from "./warning.js";

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

/** A framework's request with one of these inside: Fastify's, or Hono's context. */
export type WrappedRequest =
  | { readonly raw: NodeRequest }
  | { readonly req: { readonly raw: FetchRequest } };

/** What `protect` looks at. */
export type WardRequest = FetchRequest | NodeRequest | WrappedRequest | PlainRequest;

/** The context argument: required where rules need fields of it. */
export type ContextArguments<Needs extends string> = [Needs] extends [never]
  ? [context?: Context]
  : [context: Context & Readonly<Record<Needs, Fact>>];

/** Work outside HTTP that is to be judged. */
export interface Work {
  /** Names the kind of work: a tool, a queue, a topic. */
  readonly label: string;
  /** What is at stake. */
  readonly action?: Action;
  /** What the application knows. */
  readonly context?: Context;
  /** What the work was given or has returned; the rules read it as `message`. */
  readonly text?: string;
  readonly rules: RuleInput | readonly RuleInput[];
}

const MAX_WARDS = 64;
const MAX_UNITS = 4_294_967_295;
const NO_REQUEST: PlainRequest = { headersComplete: false };

/** What decisions took in advance; settled once. */
const reservations = new WeakMap<Decision, string>();

/** Adds what followed to how those behave who took part, for decisions that are still held. */
const followed = new WeakMap<Decision, (outcome: string) => Promise<void>>();

/** Decisions of which it has been said what followed. */
const told = new WeakSet<Decision>();

/** Whether what follows a decision counts. */
export const isFollowed = (decision: Decision) => followed.has(decision);

/**
 * What an adapter saw of the response: a failure counts in how those behave who took part, unless
 * the application has said what followed.
 */
export function answered(decision: Decision, status: number): void {
  const follow = status < 400 || told.has(decision) ? undefined : followed.get(decision);
  if (!follow) return;
  told.add(decision);
  void follow(JSON.stringify({ status }));
}

/** One input for all calls, because a call that returns at once needs no other. */
let scratch: Input | undefined = emptyInput();

/** The parts of a ward that a ward with further rules shares. */
interface Parts {
  readonly engine: Engine;
  readonly options: Pick<WardOptions, "log" | "onWarning" | "onFault">;
  readonly store: Store | undefined;
  readonly outside: Outside;
  readonly stepUp: StepUpSetup | undefined;
  /** Milliseconds since the Unix epoch; tests replace it. */
  clock: () => number;
}

/** A policy at work. */
export class Ward<Needs extends string = never> {
  readonly [internals]: Parts;
  readonly #maker: Maker;
  readonly #platform: string;
  readonly #more = new Map<string, Ward<string>>();
  readonly #answers: () => Answers;
  readonly #tell: (observed: readonly Observed[]) => Promise<void>;
  #stepUp: StepUp | undefined;

  constructor(parts: Parts) {
    this[internals] = parts;
    const { engine, store, outside } = parts;
    this.#platform = engine.setup.platform;
    const { stepUp } = JSON.parse(engine.policy) as { stepUp?: boolean };
    this.#maker = {
      stepUp: stepUp === true,
      explain: (line) => this.#explain(line),
      headers: (line) => engine.headers(line, this.#onFault),
      respond: (line, accept) => engine.respond(line, accept, this.#onFault),
      refine: (line, context) => engine.refine(line, contextJson(context), this.#onFault),
    };
    const onError = (error: unknown) => this.#storeFailed(error);
    this.#answers = answering(store, outside, onError);
    this.#tell = telling(store, onError);
  }

  /** Decides about a request, reading as much of its body as the policy wants. */
  async protect(request: WardRequest, ...context: ContextArguments<Needs>): Promise<Decision> {
    const adapter = adapterOf(request);
    // a client that goes away while its body is read takes its address with it
    const peer = this.#peer(adapter, request);
    const { body: bounds } = this[internals].engine.reads;
    const reading = bounds ? adapter.body(request, bounds) : undefined;
    const body = reading instanceof Promise ? await reading : reading;
    if (!this[internals].store) {
      const answer = this.#decide(adapter, request, context[0], peer, body, true);
      if (answer.charCodeAt(0) !== NEEDS) return this.#decision(answer, context[0]);
    }
    const input = emptyInput();
    this.#fill(input, adapter, request, context[0], peer, body);
    return this.#drive(input, context[0]);
  }

  /**
   * The same at once: touches no stream, so of a body only what a parser left is seen, and
   * asks nobody, so a rule that needs a fact of the outside is undetermined.
   */
  protectSync(request: WardRequest, ...context: ContextArguments<Needs>): Decision {
    if (this[internals].store) {
      throw new TypeError("protectSync cannot wait for this ward's store: use await protect()");
    }
    const adapter = adapterOf(request);
    const { body: bounds } = this[internals].engine.reads;
    const body = bounds ? adapter.seen(request, bounds) : undefined;
    const peer = this.#peer(adapter, request);
    const answer = this.#decide(adapter, request, context[0], peer, body, false);
    return this.#decision(answer, context[0]);
  }

  /** A ward with further rules on the same store; cached, so it may be called in a handler. */
  withRule<const R extends RuleInput>(rule: R): Ward<Needs | NeedsOf<R>> {
    const added = [rule].flat() as (Rule<string> | PlainRule)[];
    const ward = this.#variant(jsonOf(added), () => {
      const policy = this.toJSON();
      return jsonOf({ ...policy, rules: [...policy.rules, ...added] });
    });
    return ward as never;
  }

  /** A ward with another policy on the same store, made once for each key. */
  #variant(key: string, policy: (key: string) => string): Ward<string> {
    const parts = this[internals];
    let ward = this.#more.get(key);
    if (ward === undefined) {
      const engine = parts.engine.derive(policy(key));
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
    return ward;
  }

  /**
   * Says how many units were really used of those that `context.requested` reserved: the rest is
   * given back, what was used beyond is taken as far as there is any. 0 refunds all. Once for each
   * decision; where nothing was reserved nothing happens.
   */
  async settle(decision: Decision, used: number): Promise<void> {
    const reserved = reservations.get(decision);
    if (!Number.isSafeInteger(used) || used < 0) {
      throw new RangeError(`settle: found ${used}, expected a whole number of units`);
    }
    if (reserved === undefined) return;
    reservations.delete(decision);
    const { engine, store, clock } = this[internals];
    const asked = engine.settle(reserved, Math.min(used, MAX_UNITS), clock(), this.#onFault);
    if (!store || !asked) return;
    const changes = (JSON.parse(asked) as Take[]).map((take) => ({ ...take, settle: true }));
    try {
      const failed = (await store.take(changes)).find((answer) => answer instanceof Error);
      if (failed) throw failed;
    } catch (error) {
      this.#storeFailed(error);
    }
  }

  /**
   * Judges what is no HTTP request: a tool call, a tool's result, a job, a message. The rules are
   * the call's own, on this ward's store; their limits are counted for each `label`, and for each
   * user where the context names one, unless a rule says otherwise.
   */
  async guard(work: Work): Promise<Decision> {
    const ward = this.#guarded(work);
    return ward.protect(NO_REQUEST, contextOf(work));
  }

  /** The same at once, for rules that need nobody to be asked. */
  guardSync(work: Work): Decision {
    const ward = this.#guarded(work);
    return ward.protectSync(NO_REQUEST, contextOf(work));
  }

  #guarded({ rules, context }: Work): Ward {
    const userId = own(context, "userId");
    const characteristics = userId === undefined ? ["label"] : ["label", "userId"];
    return this.#variant(
      jsonOf({ characteristics, rules: [rules].flat(2) }),
      (policy) => policy,
    ) as Ward;
  }

  /**
   * Says what followed a decision, at once or weeks later; once for each thing that did. Where the
   * policy has `refine` it counts in how those who took part behave: always for a decision that is
   * still held, by id for the latest 4096 of this process. It goes to the decision log in any case.
   * Need not be awaited. Adapters that see the response report a status from 400 on themselves, to
   * no log, where the application has not reported the decision.
   */
  async report(decision: Decision | string, outcome: Outcome): Promise<void> {
    const { engine, clock, options } = this[internals];
    const id = typeof decision === "string" ? decision : decision.id;
    const json = contextJson(outcome);
    const line = options.log && engine.outcome(id, clock(), json, this.#onFault);
    if (line !== undefined) this.#log(line);
    const held = typeof decision === "string" ? undefined : decision;
    if (held) told.add(held);
    const follow = held && followed.get(held);
    if (follow) return follow(json);
    const actors = engine.recall(id);
    if (actors !== undefined) await this.#followed(actors, json);
  }

  /** Adds what followed to how those who took part behave. */
  async #followed(actors: string, outcome: string): Promise<void> {
    const { engine, clock } = this[internals];
    const observed = engine.report(actors, outcome, clock(), this.#onFault);
    if (observed) await this.#tell(JSON.parse(observed) as Observed[]);
  }

  /** Issues and verifies proofs of a step-up; the ward was built with options of `stepUp`. */
  get stepUp(): StepUp {
    const { stepUp } = this[internals];
    if (!stepUp) {
      throw new TypeError(
        "stepUp: this ward proves no step-ups: give doorward() the option stepUp: { secret }",
      );
    }
    const clock = () => this[internals].clock();
    this.#stepUp ??= new StepUp(stepUp, (nonce) => this.#once(nonce), clock);
    return this.#stepUp;
  }

  /** Takes a nonce from the store; a bucket of one is full as long as nobody has. */
  async #once(nonce: string): Promise<"fresh" | "used" | "unavailable"> {
    const work = { label: "step_up", context: { nonce }, rules: ONCE };
    const { results, degraded } = await this.guard(work);
    if (results[0]?.isDenied()) return "used";
    const sure = results.length > 0 && degraded.every((what) => what === "dry_run");
    return sure ? "fresh" : "unavailable";
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
    waits: boolean,
  ): string {
    // a getter in the context, or a sink, may ask a ward while this one is at it
    const input = scratch ?? emptyInput();
    scratch = undefined;
    let answer: string;
    try {
      this.#fill(input, adapter, request, context, peer, body);
      answer = this[internals].engine.decide(input, waits, this.#onFault);
    } catch {
      answer = this.#faulted();
    }
    input.head = NOTHING.head;
    input.tail = NOTHING.tail;
    scratch = input;
    return answer;
  }

  async #drive(input: Input, context: unknown): Promise<Decision> {
    let answer: string;
    try {
      const { engine } = this[internals];
      answer = await engine.drive(input, this.#answers(), this.#onFault);
    } catch {
      answer = this.#faulted();
    }
    return this.#decision(answer, context);
  }

  #decision(given: string, context: unknown): Decision {
    const end = given.indexOf("\n");
    const answer = end < 0 ? given : given.slice(0, end);
    const decision = new Decision(answer, this.#maker, context);
    for (const line of end < 0 ? [] : given.slice(end + 1).split("\n")) {
      const rest = line.slice(1);
      if (line.startsWith("R")) reservations.set(decision, rest);
      else if (line.startsWith("P")) this.#follow(decision, rest);
      else if (line.startsWith("O")) void this.#tell(JSON.parse(rest) as Observed[]);
      else this.#log(line);
    }
    if (answer.charCodeAt(0) === UNJUDGED) this.#unjudged(decision);
    return decision;
  }

  #follow(decision: Decision, actors: string): void {
    followed.set(decision, (outcome) => this.#followed(actors, outcome));
    // the id is the line's first member, which spares parsing the rest
    const [, , , id] = decision.toString().split('"', 4);
    if (id !== undefined) this[internals].engine.remember(id, actors);
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
    const text = engine.explain(line, this.#onFault);
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

  readonly #onFault = (error: unknown): void => {
    const what = error instanceof Error ? error.message : String(error);
    this.#warn(`fault:${what}`, {
      code: "fault",
      message: `the engine failed and was replaced: ${what}`,
      cause: error,
    });
  };

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

/** `N`: facts of the outside are needed. */
const NEEDS = 0x4e;

/** `a`: allowed although a LIVE rule could not judge. */
const UNJUDGED = 0x61;

const ADDRESS_HINT =
  " The client's address is unknown here: set `platform` or `proxies`, pass `ip` in the context," +
  " or call `register` of doorward/next (in instrumentation.ts) or doorward/react-router.";

function contextOf({ label, action, context, text }: Work): Context {
  return {
    ...context,
    label,
    ...(action !== undefined && { action }),
    ...(text !== undefined && { message: text }),
  };
}

function adapterOf(request: WardRequest): Adapter<WardRequest> {
  if (typeof request !== "object" || request === null) {
    throw new TypeError(
      "protect: expected a Request, an IncomingMessage or { method, url, headers, ip }",
    );
  }
  if (isNodeRequest(request)) return nodeAdapter as Adapter<never>;
  if (isFetchRequest(request)) return fetchAdapter as Adapter<never>;
  return wrappedAdapter(request) ?? (plainAdapter as Adapter<never>);
}
