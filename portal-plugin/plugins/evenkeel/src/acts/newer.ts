/**
 * A thing as it was looked at, or as it was read since: not as an earlier reading has it that was
 * kept.
 */
export function newer<T extends { version: number }>(
  looked: T,
  read: T | undefined,
): T {
  return read && read.version >= looked.version ? read : looked;
}
