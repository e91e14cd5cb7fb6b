/**
 * Does something with each of them, side by side but no more than so many at once, and gives what
 * came of each in their order. The first that fails ends it, once those under way are done.
 */
export async function sideBySide<T, R>(
  things: readonly T[],
  atOnce: number,
  act: (thing: T) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(things.length);
  const failures: unknown[] = [];
  let next = 0;
  const worker = async () => {
    while (next < things.length && failures.length === 0) {
      const at = next++;
      try {
        results[at] = await act(things[at]);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(
    Array.from({ length: Math.min(atOnce, things.length) }, worker),
  );
  if (failures.length > 0) {
    throw failures[0];
  }
  return results;
}
