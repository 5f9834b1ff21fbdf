/** What the application knows about a request. */

/** A value that can key a limit or stand in an expression. */
export type Fact = string | number | boolean | null | undefined;

/** What is at stake. */
export type Action =
  | "read"
  | "search"
  | "signup"
  | "login"
  | "password_reset"
  | "checkout"
  | "payment"
  | "token_create"
  | "post_content"
  | "inference"
  | "admin"
  | (string & {});

/** Well-known fields, all optional; any other field is the application's own. */
export interface Context {
  readonly userId?: Fact;
  readonly tenant?: Fact;
  readonly action?: Action | undefined;
  readonly account?:
    | {
        readonly ageDays?: number | undefined;
        readonly emailVerified?: boolean | undefined;
        readonly mfa?: boolean | undefined;
        readonly orders?: number | undefined;
        readonly chargebacks?: number | undefined;
      }
    | undefined;
  readonly session?:
    | {
        readonly id?: string | undefined;
        readonly ageSeconds?: number | undefined;
        readonly requests?: number | undefined;
        readonly ipChanged?: boolean | undefined;
        readonly userAgentChanged?: boolean | undefined;
        readonly stepUpAgeSeconds?: number | undefined;
      }
    | undefined;
  readonly device?:
    | {
        readonly id?: string | undefined;
        readonly ageDays?: number | undefined;
      }
    | undefined;
  readonly payment?: { readonly fingerprint?: string | undefined } | undefined;
  /** The client's address, where the host shows none. */
  readonly ip?: string | undefined;
  /** Units to take of a token bucket. */
  readonly requested?: number | undefined;
  /** Names of parameters whose content is prose or code by design. */
  readonly freeText?: readonly string[] | undefined;
  /** A claim of the client. */
  readonly email?: string | undefined;
  /** A claim of the client: text for a model. */
  readonly message?: string | undefined;
  readonly [fact: string]: unknown;
}

/** What followed a decision. */
export interface Outcome {
  readonly status?: number;
  readonly loginFailed?: boolean;
  readonly stepUpPassed?: boolean;
  readonly chargeback?: boolean;
  /** What an analyst says of it; `doorward calibrate` believes it before the rest. */
  readonly abuse?: boolean;
}
