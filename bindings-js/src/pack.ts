/**
 * Packs: tables and weights that are too large for every application to load.
 *
 * A rule that needs one fails when the ward is made without it. Each is a module
 * of its own, so that a bundler takes along only what is imported:
 * `import emailData from "doorward/email-data"`.
 */

/** Bytes that rules read. */
export interface Pack {
  readonly name: string;
  readonly bytes: Uint8Array;
}
