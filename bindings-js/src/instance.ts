/**
 * The wasm instance: one per process, made on first use, replaced after a trap.
 *
 * A trap leaves an instance in an unknown state, so it is retired at once and
 * the next call makes a fresh one. Its memory stays readable until every
 * engine has carried its store over.
 */

import { compiled } from "#wasm";
import { shared } from "./shared.js";
import { type Bindings, instantiate } from "./wasm/generated/glue.js";

/** What the module of every host exports; the rest is for commands alone. */
export type Shell = Omit<Bindings, "Calibrate" | "Replay" | "Scan" | "har_lines">;

/** One wasm instance and the asynchronous calls it still owes an answer. */
export class Instance {
  readonly shell: Shell;
  readonly #owed = new Set<(error: unknown) => void>();

  constructor() {
    // a trap inside a task would otherwise be an uncaught exception and end the process
    this.shell = instantiate(compiled(), (task) =>
      queueMicrotask(() => {
        try {
          task();
        } catch (error) {
          this.retire(error);
        }
      }),
    );
  }

  /** The instance in use. */
  static current(): Instance {
    const home = shared();
    home.instance ??= new Instance();
    return home.instance;
  }

  /** Takes it out of use; what it still owes fails with this error. */
  retire(error: unknown): void {
    const home = shared();
    if (home.instance === this) delete home.instance;
    for (const fail of this.#owed) fail(error);
    this.#owed.clear();
  }

  /** An answer of this instance, or the error that retired it. */
  async owed<T>(answer: Promise<T>): Promise<T> {
    let fail!: (error: unknown) => void;
    const retired = new Promise<never>((_, reject) => {
      fail = reject;
    });
    this.#owed.add(fail);
    try {
      return await Promise.race([answer, retired]);
    } finally {
      this.#owed.delete(fail);
    }
  }
}
