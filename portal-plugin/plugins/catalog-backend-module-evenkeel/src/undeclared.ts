import { parseEntityRef } from '@backstage/catalog-model';

import type { Told } from './told';

/** What is remembered of an entity that was told. */
export type Seen = Pick<Told, 'kind' | 'ref' | 'origin'> & {
  /** As annotated. */
  slug?: string;
  /** Whether Evenkeel left open what it is until all is told. */
  open: boolean;
};

/** What is remembered of an entity that was told, and of which Evenkeel left open what it is or not. */
export function seenOf(told: Told, open: boolean): Seen {
  const { kind, ref, origin } = told;
  return {
    kind,
    ref,
    origin,
    open,
    slug: 'slug' in told ? told.slug : undefined,
  };
}

/**
 * Finds entities that the catalog has and that nobody declares any more.
 *
 * A file that names an entity otherwise declares another one: the catalog has both until it cleans
 * up, and marks the old one as an orphan when it looks at that the next time, which may take
 * minutes. What declares which is known at once. It is asked only where Evenkeel left open what
 * somebody is who came: of that one and of the one whom it may be under another name. Where the one
 * is declared by something and the other by nothing, the other is gone. Where neither is, as those
 * are that a provider tells by itself, both are there.
 *
 * @param parentsOf - how many entities declare the one of a reference
 */
export async function undeclaredOf(
  all: readonly Seen[],
  parentsOf: (ref: string) => Promise<number>,
): Promise<string[]> {
  const places = new Map<string, Seen[]>();
  for (const one of all.filter(({ origin }) => origin)) {
    const place = `${one.kind} ${one.origin}`;
    const here = places.get(place);
    if (here) {
      here.push(one);
    } else {
      places.set(place, [one]);
    }
  }
  const gone = new Set<string>();
  for (const here of places.values()) {
    for (const [came, other] of pairsOf(here)) {
      const [of, without] = [await parentsOf(came), await parentsOf(other)];
      if (of > 0 && without === 0) {
        gone.add(other);
      } else if (of === 0 && without > 0) {
        gone.add(came);
      }
    }
  }
  return [...gone];
}

/** References of who came to a place, each with that of whom they may be under another name. */
function pairsOf(here: readonly Seen[]): [string, string][] {
  return here
    .filter(({ open }) => open)
    .flatMap(came =>
      here
        .filter(other => other !== came)
        .filter(
          other =>
            here.length === 2 || (came.slug && came.slug === nameOf(other)),
        )
        .map((other): [string, string] => [came.ref, other.ref]),
    );
}

function nameOf({ ref, slug }: Seen): string {
  return slug ?? parseEntityRef(ref).name;
}
