// As long as fits into a line with its field.
const LONG = 48;

/** A value of a field in a word; undefined where it does not fit into one. */
export function plain(of: unknown): string | undefined {
  if (!['string', 'number', 'boolean'].includes(typeof of)) {
    return undefined;
  }
  const text = String(of);
  return text.length > 0 && text.length <= LONG && !/[\n\r]/.test(text)
    ? text
    : undefined;
}
