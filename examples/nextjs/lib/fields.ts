/** The fields of a JSON or form body; none of a body that is neither. */
export async function fields(request: Request): Promise<Record<string, unknown>> {
  const body = request.clone();
  try {
    const isForm = request.headers
      .get("content-type")
      ?.startsWith("application/x-www-form-urlencoded");
    const value: unknown = isForm ? Object.fromEntries(await body.formData()) : await body.json();
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** A field that is text, or nothing. */
export const text = (value: unknown) => (typeof value === "string" ? value : undefined);
