/**
 * `doorward/ai-sdk`: a ward around a model of the Vercel AI SDK (5 and later).
 *
 * ```ts
 * import { guardModel } from "doorward/ai-sdk";
 *
 * const model = wrapLanguageModel({
 *   model: openai("gpt-5"),
 *   middleware: guardModel({ ward, context: { userId }, rules: [tokenBucket({ … })] }),
 * });
 * ```
 *
 * Before the model is called the ward judges what the user said last, and limits that count units
 * reserve the tokens that the call may use; when it ends, however it ends, they are settled with
 * what it used. A call that is refused throws a {@link Refused}: the model is never asked.
 */

import type { Context } from "./context.js";
import type { Decision } from "./decision.js";
import type { RuleInput } from "./rules.js";
import type { Ward } from "./ward.js";

/** What a guarded model is guarded with. */
export interface ModelGuard {
  readonly ward: Pick<Ward, "guard" | "settle">;
  /** Judge each call, and count its tokens. */
  readonly rules: RuleInput | readonly RuleInput[];
  /** Names what is guarded; limits count for each. Default `model`. */
  readonly label?: string;
  /** What the application knows of this call. */
  readonly context?: Context | (() => Context | Promise<Context>);
  /** Tokens reserved for an answer where the call names no `maxOutputTokens`; default 1000. */
  readonly reserve?: number;
}

/** A call that the ward refused. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly decision: Decision;

  constructor(decision: Decision) {
    super(`refused: ${decision.reason.code}`);
    this.decision = decision;
  }
}

interface Part {
  readonly type: string;
  readonly text?: string;
  readonly delta?: string;
  readonly usage?: Usage;
}

interface Message {
  readonly role: string;
  readonly content: string | readonly Part[];
}

type Tokens = number | { readonly total?: number | undefined } | undefined;

interface Usage {
  readonly inputTokens?: Tokens;
  readonly outputTokens?: Tokens;
}

interface Params {
  readonly prompt: readonly Message[];
  readonly maxOutputTokens?: number | undefined;
}

interface Generate<Result> {
  readonly doGenerate: () => PromiseLike<Result>;
  readonly params: Params;
}

interface Stream<Result> {
  readonly doStream: () => PromiseLike<Result>;
  readonly params: Params;
}

/** Characters of a token, on average of English: what an estimate is made with. */
const CHARACTERS = 4;
const RESERVE = 1000;

/** The middleware for `wrapLanguageModel`. */
export function guardModel(options: ModelGuard) {
  return {
    // AI SDK 6 and later; 5 has no such field
    specificationVersion: "v3" as const,
    async wrapGenerate<Result extends { readonly usage: Usage }>(call: Generate<Result>) {
      const open = await begin(options, call.params);
      try {
        const result = await call.doGenerate();
        await open.settle(used(result.usage) ?? open.input);
        return result;
      } catch (error) {
        await open.settle(0);
        throw error;
      }
    },
    async wrapStream<Result extends { readonly stream: ReadableStream }>(call: Stream<Result>) {
      const open = await begin(options, call.params);
      try {
        const result = await call.doStream();
        return { ...result, stream: settled(result.stream, open) };
      } catch (error) {
        await open.settle(0);
        throw error;
      }
    },
  };
}

/** A call that has begun. */
interface Open {
  /** Tokens of the prompt, estimated. */
  readonly input: number;
  settle(tokens: number): Promise<void>;
}

async function begin(options: ModelGuard, { prompt, maxOutputTokens }: Params): Promise<Open> {
  const { ward, rules, label = "model", context, reserve = RESERVE } = options;
  const facts = typeof context === "function" ? await context() : context;
  const input = tokens(prompt.map(textOf).join("\n").length);
  const decision = await ward.guard({
    label,
    action: "inference",
    text: lastSaid(prompt),
    rules,
    context: { requested: input + (maxOutputTokens ?? reserve), ...facts },
  });
  if (decision.isDenied()) {
    await ward.settle(decision, 0);
    throw new Refused(decision);
  }
  return { input, settle: (tokens) => ward.settle(decision, tokens) };
}

/** The stream as it is; when it ends, fails or is given up, its tokens are settled. */
function settled<Piece extends Part>(stream: ReadableStream<Piece>, open: Open) {
  const reader = stream.getReader();
  let told: number | undefined;
  let characters = 0;
  const end = () => open.settle(told ?? open.input + tokens(characters));
  return new ReadableStream<Piece>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) {
          await end();
          controller.close();
          return;
        }
        if (value.type === "finish") told = used(value.usage);
        else if (value.type.endsWith("-delta")) characters += value.delta?.length ?? 0;
        controller.enqueue(value);
      } catch (error) {
        await end();
        controller.error(error);
      }
    },
    async cancel(reason) {
      await end();
      await reader.cancel(reason);
    },
  });
}

/** What the provider says was used; nothing where it does not say. */
function used(usage: Usage | undefined): number | undefined {
  const [input, output] = [count(usage?.inputTokens), count(usage?.outputTokens)];
  return input === undefined || output === undefined ? undefined : input + output;
}

function count(tokens: Tokens): number | undefined {
  const total = typeof tokens === "object" ? tokens.total : tokens;
  return total !== undefined && Number.isFinite(total) ? Math.max(0, Math.ceil(total)) : undefined;
}

const tokens = (characters: number) => Math.ceil(characters / CHARACTERS);

function textOf({ content }: Message): string {
  if (typeof content === "string") return content;
  return content.map(({ text }) => text ?? "").join("\n");
}

/** What the user said last, which is what nobody has judged yet. */
function lastSaid(prompt: readonly Message[]): string {
  const last = prompt.findLast(({ role }) => role === "user");
  return last ? textOf(last) : "";
}
