import { value, type Schemas } from '@evenkeel/client';
import { useRead, type Read } from '@evenkeel/plugin-evenkeel-react';

/** The scorecard that is looked at first, and the services of some teams that stand worst by it. */
export type Worst = {
  /** Absent where there is no scorecard. */
  scorecard?: Schemas['Scorecard'];
  /** The lowest score first; each once. */
  services: Schemas['ScorecardPosition'][];
};

const EACH = 10;

/** Reads the services of some teams that stand worst by the first scorecard. */
export function useWorstServices(teams: readonly string[]): Read<Worst> {
  return useRead(['scorecards', 'worst', ...teams], async (api, signal) => {
    const cards = await value(
      api.GET('/v1/scorecards', {
        params: { query: { retired: 'false', limit: 1 } },
        signal,
      }),
    );
    const scorecard = cards.items?.[0];
    if (!scorecard) {
      return { services: [] };
    }
    const lists = await Promise.all(
      teams.map(team =>
        value(
          api.GET('/v1/scorecards/{scorecard}/services', {
            params: {
              path: { scorecard: scorecard.slug },
              query: { team, order: 'worst', limit: EACH },
            },
            signal,
          }),
        ),
      ),
    );
    // A service of a team below another one comes with both.
    const byID = new Map(
      lists.flatMap(list => list.items ?? []).map(s => [s.service.id, s]),
    );
    return {
      scorecard,
      services: [...byID.values()].sort(
        (a, b) => (a.score ?? Infinity) - (b.score ?? Infinity),
      ),
    };
  });
}
