import { randomInt, timingSafeEqual } from "node:crypto";

const MINUTES = 5;
const TRIES = 5;

/** Stands in for your database of codes; one for each user. */
const sent = new Map<string, { code: Buffer; until: number; tries: number }>();

/** Stands in for your mail: another way to the customer than the session that asks. */
const mail = (user: string, words: string) => console.log(`mail to ${user}: ${words}`);

/** Sends a code of six digits, good for some minutes and a few tries. */
export function sendCode(user: string): void {
  const code = String(randomInt(1_000_000)).padStart(6, "0");
  sent.set(user, { code: Buffer.from(code), until: Date.now() + MINUTES * 60_000, tries: 0 });
  mail(user, `your code is ${code}`);
}

/** Whether it is the code that was sent, which is then used up. */
export function isRight(user: string, entered: string): boolean {
  const known = sent.get(user);
  const bytes = Buffer.from(entered);
  if (known === undefined || Date.now() >= known.until || ++known.tries > TRIES) return false;
  const right = bytes.length === known.code.length && timingSafeEqual(bytes, known.code);
  if (right) sent.delete(user);
  return right;
}
