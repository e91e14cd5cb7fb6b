import { items, value, type Schemas } from '@evenkeel/client';
import { useRead, type Read } from '@evenkeel/plugin-evenkeel-react';

/** Reads the scorecards that are not retired, by slug; there are few. */
export function useScorecards(): Read<Schemas['Scorecard'][]> {
  return useRead(['scorecards', 'all'], async (api, signal) => {
    const all: Schemas['Scorecard'][] = [];
    for await (const card of items(
      api,
      '/v1/scorecards',
      { query: { retired: 'false', limit: 200 } },
      signal,
    )) {
      all.push(card);
    }
    return all;
  });
}

/** Reads a scorecard. */
export function useScorecard(scorecard: string): Read<Schemas['Scorecard']> {
  return useRead(['scorecards', scorecard, 'itself'], (api, signal) =>
    value(
      api.GET('/v1/scorecards/{scorecard}', {
        params: { path: { scorecard } },
        signal,
      }),
    ),
  );
}
