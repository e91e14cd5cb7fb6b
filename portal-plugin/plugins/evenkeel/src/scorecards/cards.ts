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
  return useRead(['scorecards', scorecard], (api, signal) =>
    value(
      api.GET('/v1/scorecards/{scorecard}', {
        params: { path: { scorecard } },
        signal,
      }),
    ),
  );
}

/** Reads a service, with the team that owns it. */
export function useService(
  service: string,
  enabled: boolean = true,
): Read<Schemas['Service']> {
  return useRead(
    ['services', service],
    (api, signal) =>
      value(
        api.GET('/v1/services/{service}', {
          params: { path: { service } },
          signal,
        }),
      ),
    { enabled },
  );
}

/** Reads the teams, by slug; of a large organisation too, to choose one of them. */
export function useTeams(): Read<Schemas['Team'][]> {
  return useRead(['teams', 'all'], async (api, signal) => {
    const all: Schemas['Team'][] = [];
    for await (const team of items(
      api,
      '/v1/teams',
      { query: { limit: 200 } },
      signal,
    )) {
      all.push(team);
    }
    return all;
  });
}
