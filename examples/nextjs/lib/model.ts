import { noModel } from "./demo";

/** What a model says next, and how many tokens it has used so far, the prompt's with them. */
export interface Piece {
  text: string;
  tokens: number;
}

/** What is asked of a model. */
export interface Question {
  model: string;
  prompt: string;
  maxTokens: unknown;
  signal: AbortSignal;
}

/** Asks any endpoint that speaks OpenAI's protocol, at MODEL_URL. In your application: its SDK. */
export async function ask({ model, prompt, maxTokens, signal }: Question) {
  const url = process.env.MODEL_URL;
  if (url === undefined) return noModel(maxTokens);
  const response = await fetch(`${url}/chat/completions`, {
    method: "POST",
    signal,
    headers: {
      "Content-Type": "application/json",
      Authorization: `Bearer ${process.env.MODEL_KEY}`,
    },
    body: JSON.stringify({
      model,
      messages: [{ role: "user", content: prompt }],
      max_tokens: maxTokens,
      stream: true,
      stream_options: { include_usage: true },
    }),
  });
  if (!response.ok || !response.body) throw new Error(`the model answers ${response.status}`);
  return pieces(response.body, prompt.length);
}

async function* pieces(body: ReadableStream<Uint8Array<ArrayBuffer>>, characters: number) {
  for await (const line of lines(body)) {
    if (!line.startsWith("data: ") || line === "data: [DONE]") continue;
    const { choices, usage } = JSON.parse(line.slice(6));
    const text: string = choices[0]?.delta?.content ?? "";
    characters += text.length;
    // the count comes last; until then about four characters are a token
    yield { text, tokens: usage?.total_tokens ?? Math.ceil(characters / 4) } satisfies Piece;
  }
}

async function* lines(body: ReadableStream<Uint8Array<ArrayBuffer>>) {
  let rest = "";
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
}

/** Texts as the body of a response; who hangs up ends them. */
export function streamed(texts: AsyncGenerator<string>): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await texts.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await texts.return(undefined);
    },
  });
  return new Response(body, { headers: { "Content-Type": "text/plain; charset=utf-8" } });
}
