/** What was found in a text, with where it stands in the text as it is typed now. */
export type Found<T> = { finding: T; from: number; to: number };

/** What the API finds says where it stands in bytes of UTF-8. */
type InBytes = { from: number; to: number };

/**
 * Where in a text that is being typed what was found before stands now. What was typed at is found
 * no more: what is said of it is not known until the text was looked at again.
 *
 * @param looked - the text that was looked at
 * @param now - the text as it is
 */
export function standing<T extends InBytes>(
  findings: readonly T[],
  looked: string,
  now: string,
): Found<T>[] {
  const shortest = Math.min(looked.length, now.length);
  let same = 0;
  while (same < shortest && looked[same] === now[same]) {
    same += 1;
  }
  let tail = 0;
  while (
    tail < shortest - same &&
    looked[looked.length - 1 - tail] === now[now.length - 1 - tail]
  ) {
    tail += 1;
  }
  const moved = now.length - looked.length;
  const places = placesOf(
    looked,
    findings.flatMap(f => [f.from, f.to]),
  );
  return findings
    .flatMap(finding => {
      const from = places.get(finding.from);
      const to = places.get(finding.to);
      if (from === undefined || to === undefined) {
        return [];
      }
      if (to <= same) {
        return [{ finding, from, to }];
      }
      return from >= looked.length - tail
        ? [{ finding, from: from + moved, to: to + moved }]
        : [];
    })
    .sort((a, b) => a.from - b.from);
}

/** The places in a text, as JavaScript counts them, of bytes of UTF-8. */
function placesOf(text: string, bytes: readonly number[]): Map<number, number> {
  const wanted = [...new Set(bytes)].sort((a, b) => a - b);
  const places = new Map<number, number>();
  let at = 0;
  let place = 0;
  let next = 0;
  const note = () => {
    while (next < wanted.length && wanted[next] <= at) {
      if (wanted[next] === at) {
        places.set(at, place);
      }
      next += 1;
    }
  };
  note();
  for (const letter of text) {
    at += bytesOf(letter.codePointAt(0) ?? 0);
    place += letter.length;
    note();
  }
  return places;
}

function bytesOf(point: number): number {
  if (point < 0x80) {
    return 1;
  }
  if (point < 0x800) {
    return 2;
  }
  return point < 0x10000 ? 3 : 4;
}
