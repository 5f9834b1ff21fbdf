/**
 * What a model's answer must not hold: a canary token, the system prompt, images and
 * links that carry data to strangers, keys and passwords.
 *
 * ```js
 * const mark = canary();
 * const system = withCanary("You are the assistant of a bank. …", mark);
 * const leaks = checkOutput(answer, { canaries: [mark], prompt: system, hosts: ["bank.example"] });
 * ```
 */

import { Instance } from "./instance.js";

/** A place in an answer, in the units of JavaScript's strings. */
export interface OutputLeak {
  readonly start: number;
  /** Behind its last unit. */
  readonly end: number;
  readonly type: "CANARY" | "SYSTEM_PROMPT" | "IMAGE" | "LINK" | "SECRET";
}

/** What an answer is checked against. */
export interface OutputChecks {
  /** The canaries that were put into prompts. */
  readonly canaries?: readonly string[];
  /** The system prompt, where it is a secret. */
  readonly prompt?: string;
  /** Hosts that links and images may name, with their subdomains. */
  readonly hosts?: readonly string[];
}

/** What is in an answer that must not be, at most 64 places in order. */
export function checkOutput(answer: string, checks: OutputChecks = {}): OutputLeak[] {
  const { canaries = [], prompt = "", hosts = [] } = checks;
  const against = JSON.stringify({ canaries, prompt, hosts });
  return JSON.parse(Instance.current().shell.check_output(answer, against)) as OutputLeak[];
}

/** A word of chance to put into a system prompt. */
export function canary(): string {
  return Instance.current().shell.canary(crypto.getRandomValues(new Uint8Array(16)));
}

/** A prompt with a canary in it. */
export function withCanary(prompt: string, canary: string): string {
  return Instance.current().shell.with_canary(prompt, canary);
}
