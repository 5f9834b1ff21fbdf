/** What the process says about where it runs. Nothing here comes from a request. */

function variable(name: string): string | undefined {
  const { process } = globalThis as {
    process?: { env?: Readonly<Record<string, string | undefined>> };
  };
  try {
    return process?.env?.[name];
  } catch {
    // Deno without permission to read the environment
    return undefined;
  }
}

/** The platform whose edge overwrites the client-address header, or nothing. */
export function platform(): string {
  if (variable("VERCEL") === "1") return "vercel";
  if (variable("FLY_APP_NAME")) return "fly";
  if (variable("RENDER") === "true") return "render";
  return isWorker() ? "cloudflare" : "";
}

/** Cloudflare's runtime. */
export function isWorker(): boolean {
  const { navigator } = globalThis as { navigator?: { userAgent?: string } };
  return navigator?.userAgent === "Cloudflare-Workers";
}

/** A development server: the client is this machine. */
export const isDevelopment = () => variable("NODE_ENV") === "development";

/** The on-call switch: every rule is a dry run. */
export const isDryRun = () => variable("DOORWARD_MODE") === "DRY_RUN";

/** The secret for store keys and logged identities, where the ward has none. */
export const environmentSecret = () => variable("DOORWARD_SECRET") || undefined;
