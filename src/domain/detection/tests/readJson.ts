/** The object in a JSON text, with or without a byte order mark; undefined for anything else. */
export function readJson(text: string | undefined): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse((text ?? '').replace(/^\uFEFF/, ''));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
