/** What a bench says: one line of JSON for each row of `targets.json`, on stdout. */

/** `value` is judged by the row's target; `ours` and `peers` say what it is made of. */
export function row(name, { value, ours, peers = "" }) {
  console.log(JSON.stringify({ row: name, value, ours, peers }));
}

/** Nanoseconds, for people. */
export function duration(ns) {
  if (ns < 1000) return `${ns.toFixed(0)} ns`;
  if (ns < 1e6) return `${digits(ns / 1000)} µs`;
  return `${digits(ns / 1e6)} ms`;
}

/** Three digits of a number, no exponent. */
export function digits(number) {
  if (number === 0) return "0";
  const after = 2 - Math.floor(Math.log10(Math.abs(number)));
  return number.toFixed(Math.min(Math.max(after, 0), 3));
}
