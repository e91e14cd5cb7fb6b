import { value } from '@evenkeel/client';
import { usePages, useRead } from '@evenkeel/plugin-evenkeel-react';

const keyOf = (composite: string) => ['composites', composite] as const;

/** The composite SLOs, by slug. */
export function useComposites() {
  return usePages(['composites'], (api, after, signal) =>
    value(
      api.GET('/v1/composites', {
        params: { query: { after, limit: 25 } },
        signal,
      }),
    ),
  );
}

/** A composite SLO. */
export function useComposite(composite: string) {
  return useRead(keyOf(composite), (api, signal) =>
    value(
      api.GET('/v1/composites/{composite}', {
        params: { path: { composite } },
        signal,
      }),
    ),
  );
}

/** What was last concluded of a composite SLO, and what each member has of it. */
export function useCompositeStatus(composite: string) {
  return useRead([...keyOf(composite), 'status'], (api, signal) =>
    value(
      api.GET('/v1/composites/{composite}/status', {
        params: { path: { composite } },
        signal,
      }),
    ),
  );
}

/** How much of the budget of a composite SLO was left over its last window. */
export function useCompositeHistory(composite: string) {
  return useRead(
    [...keyOf(composite), 'history'],
    (api, signal) =>
      value(
        api.GET('/v1/composites/{composite}/history', {
          params: { path: { composite } },
          signal,
        }),
      ),
    { again: 300_000 },
  );
}
