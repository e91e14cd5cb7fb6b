import { value, versioned, type Schemas } from '@evenkeel/client';
import { useChange, usePages, useRead } from '@evenkeel/plugin-evenkeel-react';

/** Names an SLO: the slugs of its service and its own. */
export type Name = { service: string; slo: string };

/** The states of an SLO, the worst first. */
export const states = ['exhausted', 'at_risk', 'ok', 'no_data'] as const;

/** What a list of SLOs is narrowed to. */
export type Filters = {
  state?: (typeof states)[number];
  team?: string;
  service?: string;
  query?: string;
};

/** The key under which all that is read of an SLO is kept. */
export const keyOf = (of: Name) => ['slos', of.service, of.slo] as const;

/** SLOs, the least budget first; those without data last. */
export function useSLOs(filters: Filters, limit = 25) {
  const { service, team, state, query } = filters;
  return usePages(
    ['slos', 'list', service, team, state, query, limit],
    (api, after, signal) => {
      const narrowed = { state, query, after, limit, order: 'remaining' };
      return service
        ? value(
            api.GET('/v1/services/{service}/slos', {
              params: {
                path: { service },
                query: { ...narrowed, order: 'remaining' },
              },
              signal,
            }),
          )
        : value(
            api.GET('/v1/slos', {
              params: { query: { ...narrowed, team, order: 'remaining' } },
              signal,
            }),
          );
    },
  );
}

/** How SLOs stand, the least budget first; those of which nothing is known last. */
export function useStatuses(filters: Filters) {
  const { service, team, state, query } = filters;
  return usePages(
    ['slos', 'statuses', service, team, state, query],
    (api, after, signal) =>
      value(
        api.GET('/v1/slo-statuses', {
          params: {
            query: {
              ...{ service, team, state, query, after },
              ...{ order: 'remaining', limit: 25 },
            },
          },
          signal,
        }),
      ),
  );
}

/** An SLO with its version. */
export function useSLO(of: Name) {
  return useRead(keyOf(of), (api, signal) =>
    versioned(
      api.GET('/v1/services/{service}/slos/{slo}', {
        params: { path: of },
        signal,
      }),
    ),
  );
}

/** What was last concluded of an SLO. */
export function useStatus(of: Name) {
  return useRead([...keyOf(of), 'status'], (api, signal) =>
    value(
      api.GET('/v1/services/{service}/slos/{slo}/status', {
        params: { path: of },
        signal,
      }),
    ),
  );
}

/** How much of the budget was left over the last window. */
export function useHistory(of: Name) {
  return useRead(
    [...keyOf(of), 'history'],
    (api, signal) =>
      value(
        api.GET('/v1/services/{service}/slos/{slo}/history', {
          params: { path: of },
          signal,
        }),
      ),
    { again: 300_000 },
  );
}

/** Whether and when the budget is likely to be spent. */
export function useForecast(of: Name) {
  return useRead(
    [...keyOf(of), 'forecast'],
    (api, signal) =>
      value(
        api.GET('/v1/services/{service}/slos/{slo}/forecast', {
          params: { path: of },
          signal,
        }),
      ),
    { again: 300_000 },
  );
}

/** How each figure of an SLO comes about; read when it is asked for. */
export function useExplanation(of: Name, enabled: boolean) {
  return useRead(
    [...keyOf(of), 'explain'],
    (api, signal) =>
      value(
        api.GET('/v1/services/{service}/slos/{slo}/explain', {
          params: { path: of },
          signal,
        }),
      ),
    { enabled },
  );
}

/** The burn alerts of an SLO, the newest first. */
export function useAlerts(of: Name) {
  return usePages([...keyOf(of), 'alerts'], (api, after, signal) =>
    value(
      api.GET('/v1/services/{service}/slos/{slo}/alerts', {
        params: { path: of, query: { after, limit: 10 } },
        signal,
      }),
    ),
  );
}

/** The corrections of an SLO that count. */
export function useCorrections(of: Name) {
  return usePages([...keyOf(of), 'corrections'], (api, after, signal) =>
    value(
      api.GET('/v1/services/{service}/slos/{slo}/corrections', {
        params: { path: of, query: { after, limit: 10 } },
        signal,
      }),
    ),
  );
}

/** What was promised before, the newest first. */
export function useRevisions(of: Name) {
  return usePages([...keyOf(of), 'revisions'], (api, after, signal) =>
    value(
      api.GET('/v1/services/{service}/slos/{slo}/revisions', {
        params: { path: of, query: { after, limit: 10 } },
        signal,
      }),
    ),
  );
}

/** The groups of an SLO, the least budget first. */
export function useGroups(of: Name) {
  return usePages([...keyOf(of), 'groups'], (api, after, signal) =>
    value(
      api.GET('/v1/services/{service}/slos/{slo}/groups', {
        params: { path: of, query: { after, limit: 20, order: 'remaining' } },
        signal,
      }),
    ),
  );
}

/** How reading an SLO's measurements from its data source goes. */
export function useCollection(of: Name) {
  return useRead([...keyOf(of), 'collection'], (api, signal) =>
    value(
      api.GET('/v1/services/{service}/slos/{slo}/collection', {
        params: { path: of },
        signal,
      }),
    ),
  );
}

/** What happened to a service since a time: what is drawn over a burn-down. */
export type Happened = {
  incidents: Schemas['Incident'][];
  changes: Schemas['ServiceChange'][];
};

/** The incidents and changes of a service from a time on, the newest 100 of each. */
export function useHappened(service: string, from: string | undefined) {
  return useRead<Happened>(
    ['services', service, 'happened', from],
    async (api, signal) => {
      const [incidents, changes] = await Promise.all([
        value(
          api.GET('/v1/incidents', {
            params: { query: { service, from, limit: 100 } },
            signal,
          }),
        ),
        value(
          api.GET('/v1/services/{service}/changes', {
            params: { path: { service }, query: { from, limit: 100 } },
            signal,
          }),
        ),
      ]);
      return {
        incidents: incidents.items ?? [],
        changes: changes.items ?? [],
      };
    },
    { enabled: from !== undefined, again: 300_000 },
  );
}

/** Retires an SLO or restores it. */
export function useLife(of: Name, act: 'retire' | 'restore') {
  return useChange(
    (api, input: { etag: string; reason: string }) => {
      const init = {
        params: { path: of, header: { 'If-Match': input.etag } },
        body: { reason: input.reason },
      };
      return versioned(
        act === 'retire'
          ? api.POST('/v1/services/{service}/slos/{slo}/retire', init)
          : api.POST('/v1/services/{service}/slos/{slo}/restore', init),
      );
    },
    {
      touches: [['slos'], ['services', of.service]],
      becomes: keyOf(of),
    },
  );
}
