/**
 * A deadline for what others answer.
 *
 * It passes in steps, each a timer of its own. A process that was busy for
 * longer than the deadline takes one step, looks at its sockets and finds the
 * answers that came meanwhile, instead of calling them late.
 */

const STEPS = 10;

/** What a deadline comes to. */
export const LATE: unique symbol = Symbol("late");

/** Begins at once. */
export class Deadline {
  readonly passed: Promise<typeof LATE>;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ms: number) {
    this.passed = new Promise((resolve) => {
      let left = STEPS;
      const step = () => {
        if (left-- === 0) resolve(LATE);
        else this.#timer = setTimeout(step, ms / STEPS);
      };
      step();
    });
  }

  /** Ends it before it passes. */
  cancel(): void {
    clearTimeout(this.#timer);
  }
}
