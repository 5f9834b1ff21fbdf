/**
 * The application's context as JSON text, whatever the application hands in.
 *
 * Reads own enumerable properties only, so a polluted prototype adds nothing;
 * never calls `toJSON`; survives proxies, throwing getters, cycles,
 * `__proto__`, BigInt, functions, symbols and lone surrogates. What cannot be
 * told is left out: an absent fact is undetermined, never a guess. Bounded in
 * depth, values and length. Never throws.
 */

const MAX_DEPTH = 16;
const MAX_VALUES = 10_000;
const MAX_UNITS = 1 << 20;
const MAX_DIGITS = 38;

/** JSON text of an object's own enumerable properties; `{}` for anything else. */
export function contextJson(context: unknown): string {
  if (context === undefined) return "";
  const writer = new Writer();
  try {
    if (typeof context === "object" && context !== null && !Array.isArray(context)) {
      return writer.object(context, 0);
    }
  } catch {
    // a revoked proxy throws even when asked whether it is an array
  }
  return "{}";
}

const isEnumerable = Object.prototype.propertyIsEnumerable;

/** An own enumerable property; undefined where there is none or reading it throws. */
export function own(object: unknown, name: string): unknown {
  if (typeof object !== "object" || object === null) return undefined;
  try {
    // asked first, because most of what is looked for is not there
    const value = (object as Record<string, unknown>)[name];
    return value !== undefined && isEnumerable.call(object, name) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** JSON text of any value as {@link contextJson} would write it inside an object. */
export function valueJson(value: unknown): string {
  try {
    return new Writer().value(value, 0) ?? "null";
  } catch {
    return "null";
  }
}

class Writer {
  #values = MAX_VALUES;
  #units = MAX_UNITS;
  readonly #open: object[] = [];

  /** JSON text of a value, or undefined where JSON has none. */
  value(value: unknown, depth: number): string | undefined {
    if (--this.#values < 0) return undefined;
    switch (typeof value) {
      case "string":
        return this.#text(value);
      case "number":
        return Number.isFinite(value) ? String(value) : undefined;
      case "boolean":
        return value ? "true" : "false";
      case "bigint": {
        const digits = value.toString();
        return digits.length <= MAX_DIGITS ? digits : undefined;
      }
      case "object":
        return value === null ? "null" : this.#composite(value, depth);
      default:
        return undefined;
    }
  }

  object(object: object, depth: number): string {
    let out = "{";
    this.#open.push(object);
    for (const name of keys(object)) {
      if (this.#values <= 0 || this.#units <= 0) break;
      const value = member(object, name);
      if (value === undefined) continue;
      const text = this.value(value, depth + 1);
      if (text === undefined) continue;
      if (out.length > 1) out += ",";
      out += `${this.#text(name)}:${text}`;
    }
    this.#open.pop();
    return `${out}}`;
  }

  #composite(value: object, depth: number): string | undefined {
    if (depth >= MAX_DEPTH || this.#open.includes(value) || ArrayBuffer.isView(value)) {
      return undefined;
    }
    const date = isoDate(value);
    if (date !== undefined) return date;
    return isArray(value) ? this.#array(value, depth) : this.object(value, depth);
  }

  #array(array: object, depth: number): string {
    const length = Number(member(array, "length"));
    let out = "[";
    this.#open.push(array);
    for (let i = 0; i < length && this.#values > 0 && this.#units > 0; i++) {
      if (i > 0) out += ",";
      out += this.value(member(array, String(i)), depth + 1) ?? "null";
    }
    this.#open.pop();
    return `${out}]`;
  }

  #text(text: string): string {
    const kept = text.length > this.#units ? text.slice(0, Math.max(0, this.#units)) : text;
    this.#units -= kept.length;
    return JSON.stringify(kept);
  }
}

function keys(object: object): string[] {
  try {
    return Object.keys(object);
  } catch {
    return [];
  }
}

function member(object: object, name: string): unknown {
  try {
    return (object as Record<string, unknown>)[name];
  } catch {
    return undefined;
  }
}

function isArray(value: object): boolean {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

/** A real `Date` as JSON text; undefined for anything else. */
function isoDate(value: object): string | undefined {
  try {
    const time = Date.prototype.getTime.call(value);
    return Number.isNaN(time) ? "null" : `"${new Date(time).toISOString()}"`;
  } catch {
    return undefined;
  }
}
