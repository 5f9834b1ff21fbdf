/**
 * The pack `prompt`: the model that `detectPromptInjection` asks.
 *
 * ```js
 * import prompt from "doorward/prompt";
 * const ward = doorward({ packs: [prompt], rules: [detectPromptInjection({ mode: "LIVE" })] });
 * ```
 */

import base64 from "../../core/packs/prompt.bin";
import { decoded } from "./base64.js";
import type { Pack } from "./pack.js";

/** What words, characters and their neighbours say of a text's intent. */
const prompt: Pack = { name: "prompt", bytes: decoded(base64) };

// beside a name, so that CommonJS is told the same as ES modules
export { prompt, prompt as default };
