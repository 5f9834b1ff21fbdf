/**
 * The pack `email-data`: 129,000 disposable mail domains, free providers, what made-up
 * names look like. `validateEmail` needs it where it denies `DISPOSABLE`, `FREE` or `TYPO`:
 *
 * ```js
 * import emailData from "doorward/email-data";
 * const ward = doorward({ packs: [emailData], rules: [validateEmail({ mode: "LIVE", deny: ["DISPOSABLE", "INVALID"] })] });
 * ```
 */

import base64 from "../../core/packs/email-data.bin";
import { decoded } from "./base64.js";
import type { Pack } from "./pack.js";

/** What is known of mail domains. */
const emailData: Pack = { name: "email-data", bytes: decoded(base64) };

// beside a name, so that CommonJS is told the same as ES modules
export { emailData, emailData as default };
