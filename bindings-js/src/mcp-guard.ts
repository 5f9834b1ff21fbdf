/**
 * `doorward/mcp-guard`: a ward around the tools of an MCP server.
 *
 * ```ts
 * import { guardTools } from "doorward/mcp-guard";
 *
 * const server = guardTools(new McpServer({ name: "shop", version: "1.0.0" }), {
 *   ward,
 *   rules: [slidingWindow({ mode: "LIVE", interval: "60s", max: 30 })],
 *   results: [detectPromptInjection({ mode: "LIVE", source: "tool" })],
 * });
 * server.registerTool("search", …);
 * ```
 *
 * Every tool registered afterwards is judged twice: its arguments before it runs, and what it
 * returns before a model reads it. Limits count for each tool. What is refused is answered as the
 * protocol has it: a result with `isError`, which says that it was refused and not by what.
 */

import type { Context } from "./context.js";
import type { RuleInput } from "./rules.js";
import type { Ward } from "./ward.js";

/** What tools are guarded with. */
export interface ToolGuard {
  readonly ward: Pick<Ward, "guard">;
  /** Judge a call, its arguments as JSON text. */
  readonly rules: RuleInput | readonly RuleInput[];
  /** Judge the text that a tool returned. */
  readonly results?: RuleInput | readonly RuleInput[];
  /** What the application knows, from what the server tells about the call. */
  readonly context?: (extra: unknown) => Context | Promise<Context>;
}

/** What a tool returns. */
export interface ToolResult {
  readonly content?: readonly { readonly type: string; readonly text?: string }[];
  readonly structuredContent?: unknown;
  readonly isError?: boolean;
  readonly [more: string]: unknown;
}

// biome-ignore lint/suspicious/noExplicitAny: what a server registers is the server's
type Handler = (...given: any[]) => unknown;

/** A server of `@modelcontextprotocol/sdk`. */
interface ToolServer {
  // biome-ignore lint/suspicious/noExplicitAny: its own generics stay as they are
  registerTool(...given: any[]): any;
}

/** The server, whose tools are guarded from now on. */
export function guardTools<Server extends ToolServer>(server: Server, guard: ToolGuard): Server {
  const register = server.registerTool.bind(server);
  server.registerTool = (name: string, config: unknown, handler: Handler) =>
    register(name, config, guardTool(name, handler, guard));
  return server;
}

/** One tool's handler, guarded. */
export function guardTool(name: string, handler: Handler, guard: ToolGuard): Handler {
  return async (...given) => {
    const extra = given.at(-1);
    const args = given.length > 1 ? given[0] : undefined;
    const context = await guard.context?.(extra);
    const work = { label: name, action: "tool", ...(context && { context }) };
    const text = args === undefined ? "" : (JSON.stringify(args) ?? "");
    const decision = await guard.ward.guard({ ...work, text, rules: guard.rules });
    if (decision.isDenied()) return refused("This call was refused.");
    const result = (await handler(...given)) as ToolResult;
    if (guard.results === undefined) return result;
    const judged = await guard.ward.guard({
      ...work,
      label: `${name} result`,
      text: textOf(result),
      rules: guard.results,
    });
    return judged.isDenied() ? refused("What this tool returned was refused.") : result;
  };
}

function textOf({ content = [], structuredContent }: ToolResult): string {
  const texts = content.map(({ text }) => text ?? "");
  if (structuredContent !== undefined) texts.push(JSON.stringify(structuredContent) ?? "");
  return texts.join("\n");
}

const refused = (text: string): ToolResult => ({
  isError: true,
  content: [{ type: "text", text }],
});
