// What every application of these tests has in common: its policy, its log, its answer.

/** Options of the ward, from the environment. */
export function options({ HOSTS_POLICY, DOORWARD_SECRET } = process.env) {
  return {
    ...JSON.parse(HOSTS_POLICY),
    secret: DOORWARD_SECRET,
    log: (line) => console.log(line),
  };
}

/** What the application knows: here, the address that somebody signs up with. */
export function known(headers) {
  const email = headers.get?.("x-email") ?? headers["x-email"];
  return email ? { email } : {};
}

/** What the handler answers. */
export const answer = (decision) => ({ decision: decision.id });
