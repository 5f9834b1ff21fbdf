/** What the outside could not say, as one of the words in docs/outside.md. */

export type FailureCode =
  | "bad_content"
  | "bad_key"
  | "bad_name"
  | "failed"
  | "no_database"
  | "no_resolver"
  | "not_allowed"
  | "overloaded"
  | "redirected"
  | "status"
  | "timeout"
  | "too_large"
  | "unsupported";

/** A fact that there is no answer to. */
export class Failure extends Error {
  constructor(
    readonly code: FailureCode,
    message: string = code,
  ) {
    super(message);
  }
}

/** The word for what was thrown. */
export const codeOf = (error: unknown): FailureCode =>
  error instanceof Failure ? error.code : "failed";
