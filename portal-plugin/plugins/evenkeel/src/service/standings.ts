import { value, type Schemas } from '@evenkeel/client';
import { usePages, type Pages } from '@evenkeel/plugin-evenkeel-react';

import { useScorecards } from '../scorecards/cards';
import { states } from '../slos/data';

/** How many are read at once: as many as services of a page of the list have, as a rule. */
const EACH = 200;

/** What stands in a key in place of a service or a scorecard: no slug has an underscore. */
const ALL = '_services';

/** What is read of one of the services of a list; undefined until it is. */
export type Standing<T> = { error: Error | null; of: (slug: string) => T };

/** A level by the scorecard that is looked at first; null where the service is not scored by it. */
export type Placed = Pick<Schemas['ScorecardPosition'], 'level' | 'score'>;

/**
 * The worst state of the SLOs of each service of a list; null where it has none, and undefined
 * where that is not known yet. All are read at once, as far as the list goes: both are by slug.
 *
 * @param team - whose services the list has; all without
 * @param last - the last service of the list
 */
export function useWorstStates(
  team: string | undefined,
  last: string | undefined,
): Standing<(typeof states)[number] | null | undefined> {
  const read = usePages(
    ['slos', ALL, team],
    (api, after, signal) =>
      value(
        api.GET('/v1/slo-statuses', {
          params: { query: { team, after, limit: EACH } },
          signal,
        }),
      ),
    reach(last),
  );
  return standing(read, found =>
    states.find(state => found.some(of => of.state === state)),
  );
}

/** The position of each service of a list by the first scorecard, read in the same way. */
export function usePositions(
  team: string | undefined,
  last: string | undefined,
) {
  const cards = useScorecards();
  const card = cards.data?.[0];
  const read = usePages(
    ['scorecards', ALL, card?.slug, team],
    (api, after, signal) =>
      value(
        api.GET('/v1/scorecards/{scorecard}/services', {
          params: {
            path: { scorecard: card?.slug ?? '' },
            query: { team, after, limit: EACH },
          },
          signal,
        }),
      ),
    { ...reach(last), enabled: last !== undefined && card !== undefined },
  );
  const found: Standing<Placed | null | undefined> = standing(
    read,
    ([one]) => one,
  );
  const positions = { ...found, error: cards.error ?? found.error };
  return { card, none: cards.data?.length === 0, positions };
}

type OfService = { service: Schemas['Ref'] };

// Reads on until what comes next is of services that the list does not have.
function reach(last: string | undefined) {
  return {
    enabled: last !== undefined,
    until: (found: readonly OfService[]) =>
      last === undefined || found.some(of => beyond(of.service.slug, last)),
  };
}

/**
 * Whether a slug comes after another in whichever order a database has them: by each character, or
 * by letters and digits first, where the hyphens are looked at last.
 */
export function beyond(slug: string, other: string): boolean {
  const bare = (of: string) => of.replaceAll('-', '');
  return slug > other && bare(slug) > bare(other);
}

function standing<T extends OfService, R>(
  read: Pages<T>,
  sum: (found: readonly T[]) => R | undefined,
): Standing<R | null | undefined> {
  const byService = new Map<string, T[]>();
  for (const one of read.data ?? []) {
    const { slug } = one.service;
    byService.set(slug, [...(byService.get(slug) ?? []), one]);
  }
  const end = read.data?.[read.data.length - 1]?.service.slug ?? '';
  return {
    error: read.error,
    of: slug => {
      // What was read for another team says nothing of these, and the SLOs of the last service may
      // go on with the next page.
      if (
        read.data === undefined ||
        read.isPlaceholderData ||
        (read.hasNextPage && !beyond(end, slug))
      ) {
        return undefined;
      }
      return sum(byService.get(slug) ?? []) ?? null;
    },
  };
}
