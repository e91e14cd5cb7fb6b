/**
 * What somebody typed, over what somebody else made of it meanwhile: each field that was not
 * touched is as it is theirs.
 *
 * @param was - what both began from
 */
export function over<T extends object>(mine: T, was: T, theirs: T): T {
  const merged = { ...theirs, ...mine };
  for (const key of Object.keys(merged) as (keyof T)[]) {
    if (JSON.stringify(mine[key]) === JSON.stringify(was[key])) {
      merged[key] = theirs[key];
    }
  }
  return merged;
}
