/**
 * A compiled policy with its store, kept alive through traps.
 *
 * One engine per process, setup and policy hash. `derive` compiles a policy
 * with further rules on the same store; derived engines are cached, bounded
 * and freed, and made again when they are used again.
 */

import { HeaderFilter, type Reads } from "./adapters/adapter.js";
import { isWorker } from "./environment.js";
import { FrameWriter, type Input } from "./frame.js";
import { Instance } from "./instance.js";
import type { Pack } from "./pack.js";
import { shared } from "./shared.js";
import type { bindings } from "./wasm/generated/glue.js";

/** A policy that cannot be used: names rule, field, what was found, what is allowed. */
export class PolicyError extends Error {
  override readonly name = "PolicyError";
}

/** What an engine is told beside its policy. */
export interface Setup {
  /** Every rule is a dry run. */
  readonly dryRun: boolean;
  /** The platform whose edge names the client; empty for none. */
  readonly platform: string;
  /** Quotas are kept by the host's store, with keys that are HMACs under this. */
  readonly storeSecret: string | undefined;
  /** The host's store keeps profiles, too. */
  readonly storeProfiles: boolean;
  /** Decisions are followed by log lines, with identities that are HMACs under this. */
  readonly logSecret: string | undefined;
  /** Tables and weights that rules may need. */
  readonly packs: readonly Pack[];
}

/** Told of every trap. */
export type OnFault = (error: unknown) => void;

/** An engine in the instance in use. */
interface Live {
  readonly instance: Instance;
  readonly raw: bindings.Engine;
  readonly frames: FrameWriter;
  /** Made without randomness, to tell what its policy is. */
  readonly draft: boolean;
}

const MAX_DERIVED = 64;
/** Decisions whose outcome can be reported by id: about 1 MB. */
const MAX_RECENT = 4096;
const ATTEMPTS = 2;
const encoder = new TextEncoder();
const scratch = new Uint8Array(8192);

/** A compiled policy and its store. */
export class Engine {
  readonly policy: string;
  readonly hash: string;
  readonly reads: Reads;
  /** Ids of rules that are dry runs because the policy gave them no mode. */
  readonly modeless: readonly string[];
  readonly setup: Setup;
  readonly #text: string;
  readonly #parent: Engine | undefined;
  readonly #derived = new Map<string, Engine>();
  /** Who took part in the latest requests, by decision. */
  private readonly recent = new Map<string, string>();
  #live: Live | undefined;

  /** Throws a {@link PolicyError}. */
  private constructor(text: string, setup: Setup, parent?: Engine) {
    this.#text = text;
    this.setup = setup;
    this.#parent = parent;
    const { raw } = this.#use();
    this.policy = raw.policy();
    this.hash = raw.hash();
    this.modeless = raw.modeless();
    this.reads = readsOf(raw.reads(setup.platform));
  }

  /** The engine of this process for a policy. */
  static of(text: string, setup: Setup): Engine {
    const { engines } = shared();
    const kind = JSON.stringify([
      setup.dryRun,
      setup.platform,
      setup.storeSecret,
      setup.storeProfiles,
      setup.logSecret,
      setup.packs.map(({ name, bytes }) => [name, bytes.length]),
    ]);
    const known = engines.get(kind + text);
    if (known) return known;
    const fresh = new Engine(text, setup);
    const twin = engines.get(kind + fresh.hash);
    if (twin) fresh.#release();
    const engine = twin ?? fresh;
    engines.set(kind + text, engine).set(kind + engine.hash, engine);
    return engine;
  }

  /** How many engines with a store of their own this process holds. */
  static count(): number {
    return new Set(shared().engines.values()).size;
  }

  /** An engine for another policy on the same store. */
  derive(text: string): Engine {
    const root = this.#parent ?? this;
    const known = root.#derived.get(text);
    if (known) {
      root.#derived.delete(text);
      root.#derived.set(text, known);
      return known;
    }
    const engine = new Engine(text, this.setup, root);
    root.#derived.set(text, engine);
    if (root.#derived.size > MAX_DERIVED) {
      for (const [oldest, evicted] of root.#derived) {
        root.#derived.delete(oldest);
        evicted.#release();
        break;
      }
    }
    return engine;
  }

  /**
   * Conclusion letter, in lower case where a LIVE rule could not judge, and decision
   * line; then, where the setup logs, a newline and the log line. With `waits` it may
   * be `N`: facts of the outside are needed, which `drive` asks for. Throws only when
   * a fresh instance fails as well.
   */
  decide(input: Input, waits: boolean, onFault: OnFault): string {
    for (let attempt = 1; ; attempt++) {
      let live: Live | undefined;
      try {
        live = this.#use();
        const { raw, frames } = live;
        const length = raw.decide(frames.write(input), waits);
        return frames.read(raw.answer(), length);
      } catch (error) {
        this.#fault(live, error, onFault);
        if (attempt === ATTEMPTS) throw error;
      }
    }
  }

  /** The same, where the host answers what the engine needs. */
  async drive(
    input: Input,
    host: (needs: string) => Promise<string>,
    onFault: OnFault,
  ): Promise<string> {
    for (let attempt = 1; ; attempt++) {
      let live: Live | undefined;
      try {
        live = this.#use();
        return await live.instance.owed(live.raw.drive(live.frames.write(input), host));
      } catch (error) {
        this.#fault(live, error, onFault);
        if (attempt === ATTEMPTS) throw error;
      }
    }
  }

  /** What each rule saw and what would have changed the outcome, as JSON. */
  explain(decision: string, onFault: OnFault): string | undefined {
    return this.#try(({ instance }) => instance.shell.explain(decision), onFault);
  }

  /** The header fields of a decision's limits, as JSON. */
  headers(decision: string, onFault: OnFault): string | undefined {
    return this.#try(({ instance }) => instance.shell.headers(bytesOf(decision)), onFault);
  }

  /** How a decision is refused, as JSON. */
  respond(decision: string, accept: string, onFault: OnFault): string | undefined {
    return this.#try(({ instance }) => instance.shell.respond(decision, accept), onFault);
  }

  /** The decision reconsidered with a context, as `decide` answers. */
  refine(decision: string, context: string, onFault: OnFault): string | undefined {
    return this.#try(({ raw }) => raw.refine(decision, context) ?? "", onFault);
  }

  /** The decision-log line of what followed a decision. */
  outcome(decision: string, time: number, outcome: string, onFault: OnFault): string | undefined {
    return this.#try(({ instance }) => instance.shell.outcome(decision, time, outcome), onFault);
  }

  /**
   * Settles what a decision reserved when `used` units were; where the store is the host's, what
   * it has to settle, as JSON. Where the engine fails, nothing is settled.
   */
  settle(reserved: string, used: number, now: number, onFault: OnFault): string | undefined {
    return this.#try(({ raw }) => raw.settle(reserved, used, now), onFault);
  }

  /**
   * Adds what followed a request to the profiles of those who took part; where the host's store
   * keeps them, what it is to be told, as JSON.
   */
  report(actors: string, outcome: string, now: number, onFault: OnFault): string | undefined {
    return this.#try(({ raw }) => raw.report(actors, outcome, now), onFault);
  }

  /** Remembers who took part in a request, by its decision's id. */
  remember(decision: string, actors: string): void {
    const { recent } = this.#parent ?? this;
    if (recent.size >= MAX_RECENT) {
      for (const oldest of recent.keys()) {
        recent.delete(oldest);
        break;
      }
    }
    recent.set(decision, actors);
  }

  /** Who took part in a request, as long as it is among the latest. */
  recall(decision: string): string | undefined {
    return (this.#parent ?? this).recent.get(decision);
  }

  /** The next decision traps on purpose. */
  failNext(): void {
    this.#use().raw.fail_next();
  }

  #try(call: (live: Live) => string, onFault: OnFault): string | undefined {
    let live: Live | undefined;
    try {
      live = this.#use();
      return call(live);
    } catch (error) {
      this.#fault(live, error, onFault);
      return undefined;
    }
  }

  #fault(live: Live | undefined, error: unknown, onFault: OnFault): void {
    live?.instance.retire(error);
    onFault(error);
  }

  /** The engine in the instance in use, made again where that is another one or this a draft. */
  #use(): Live {
    const known = this.#live;
    if (known !== undefined && !known.draft && known.instance === shared().instance) return known;
    const parent = this.#parent ? this.#parent.#use() : undefined;
    const instance = Instance.current();
    const { shell } = instance;
    const options = new shell.EngineOptions();
    let draft = parent?.draft === true;
    const compile = () => {
      fill(options, this.setup);
      if (parent) return parent.raw.derive(this.#text, options);
      if (!known || known.draft) {
        draft = !hasRandomness();
        if (draft) options.draft();
        return new shell.Engine(this.#text, options);
      }
      // limits survive a trap: the dead instance's store is copied and validated
      const [bytes, seed] = storeOf(known.raw);
      return shell.Engine.restore(this.#text, options, bytes, seed);
    };
    let raw: bindings.Engine;
    try {
      raw = compile();
    } catch (error) {
      if (isTrap(error)) instance.retire(error);
      else throw new PolicyError(error instanceof Error ? error.message : String(error));
      throw error;
    } finally {
      discard(options);
    }
    if (known) discard(known.raw);
    const frames = new FrameWriter(shell.wasm.memory, (bytes) => raw.reserve(bytes));
    this.#live = { instance, raw, frames, draft };
    return this.#live;
  }

  #release(): void {
    const live = this.#live;
    this.#live = undefined;
    if (live) discard(live.raw);
  }
}

/** A Worker has none before its first request. */
function hasRandomness(): boolean {
  try {
    crypto.getRandomValues(new Uint8Array(1));
    return true;
  } catch {
    return !isWorker();
  }
}

/**
 * Frees an object of an instance that may have trapped. Left to the garbage
 * collector, a failing `free` would be an uncaught exception.
 */
function discard(object: { free(): void }): void {
  try {
    object.free();
  } catch {
    // its memory goes with the instance
  }
}

/** UTF-8 that is good until the next call, in memory that is kept where it is long enough. */
function bytesOf(text: string): Uint8Array {
  if (text.length * 3 > scratch.length) return encoder.encode(text);
  return scratch.subarray(0, encoder.encodeInto(text, scratch).written);
}

function fill(options: bindings.EngineOptions, setup: Setup): void {
  if (setup.dryRun) options.dry_run();
  if (setup.logSecret !== undefined) options.log_secret(encoder.encode(setup.logSecret));
  for (const { bytes } of setup.packs) options.pack(bytes);
  if (setup.storeSecret !== undefined) options.store_secret(encoder.encode(setup.storeSecret));
  if (setup.storeProfiles) options.store_profiles();
}

/** Tells an engine that failed from a policy that is wrong. */
function isTrap(error: unknown): boolean {
  const name = error instanceof Error ? error.name : "";
  return name === "RuntimeError" || name === "RangeError" || name === "CompileError";
}

/** The bytes and the seed of a dead engine's store; nothing where even that fails. */
function storeOf(dead: bindings.Engine): [Uint8Array, Uint8Array] {
  try {
    return [dead.store_export(), dead.store_seed()];
  } catch {
    return [new Uint8Array(0), new Uint8Array(0)];
  }
}

function readsOf(text: string): Reads {
  const reads = JSON.parse(text) as {
    headers: string[] | null;
    target: boolean;
    body: Reads["body"];
    context: boolean;
  };
  return { ...reads, headers: new HeaderFilter(reads.headers) };
}
