import { ifMatch, value, versioned, type Schemas } from '@evenkeel/client';
import {
  problemIn,
  useChange,
  usePages,
  useRead,
} from '@evenkeel/plugin-evenkeel-react';

import type { lifecycles } from './register';

/**
 * The key under which all that is read of a service is kept. Lists of services have another first
 * word, "service-lists": a service may be called "all".
 */
export const keyOf = (service: string) => ['services', service] as const;

/** A service with its version; nothing is read where none is named. */
export function useService(service: string | undefined) {
  return useRead(
    [...keyOf(service ?? ''), 'itself'],
    (api, signal) =>
      versioned(
        api.GET('/v1/services/{service}', {
          params: { path: { service: service ?? '' } },
          signal,
        }),
      ),
    { enabled: service !== undefined },
  );
}

/** A service, or null where Evenkeel knows none of this slug: also while that is asked again. */
export function useKnown(service: string) {
  return useRead([...keyOf(service), 'known'], async (api, signal) => {
    try {
      return await value(
        api.GET('/v1/services/{service}', {
          params: { path: { service } },
          signal,
        }),
      );
    } catch (error) {
      if (problemIn(error)?.status === 404) {
        return null;
      }
      throw error;
    }
  });
}

/** Whether a catalog told of components; not asked where that is not needed. */
export function useCatalogTold(needed: boolean) {
  return useRead(
    ['catalog', 'told'],
    async (api, signal) => {
      const { items } = await value(
        api.GET('/v1/catalog/entities', {
          params: { query: { kind: 'component', limit: 1 } },
          signal,
        }),
      );
      return items.length > 0;
    },
    { enabled: needed },
  );
}

/** What the list of services is narrowed to. */
export type Filters = {
  query?: string;
  team?: string;
  tier?: number;
  lifecycle?: (typeof lifecycles)[number];
  /** Only those that no catalog has an entity of. */
  entity?: 'none';
};

/** Services, by slug. */
export function useServices(filters: Filters) {
  return usePages(['service-lists', 'list', filters], (api, after, signal) =>
    value(
      api.GET('/v1/services', {
        params: { query: { ...filters, after, limit: 25 } },
        signal,
      }),
    ),
  );
}

/** What the gate would answer now. */
export function useGate(service: string) {
  return useRead([...keyOf(service), 'gate'], (api, signal) =>
    value(
      api.GET('/v1/services/{service}/gate', {
        params: { path: { service } },
        signal,
      }),
    ),
  );
}

/** What the gate answered, the newest first. */
export function useDecisions(service: string) {
  return usePages([...keyOf(service), 'decisions'], (api, after, signal) =>
    value(
      api.GET('/v1/services/{service}/gate/decisions', {
        params: { path: { service }, query: { after, limit: 5 } },
        signal,
      }),
    ),
  );
}

/** Lifts the freezes of a service for a while. */
export function useOverride(service: string, onDone: () => void) {
  return useChange(
    (api, body: Schemas['GateOverrideInput']) =>
      value(
        api.POST('/v1/services/{service}/gate/overrides', {
          params: { path: { service } },
          body,
        }),
      ),
    { touches: [keyOf(service)], onDone },
  );
}

/** How the freezes of a service were lifted, the newest first. */
export function useOverrides(service: string) {
  return usePages([...keyOf(service), 'overrides'], (api, after, signal) =>
    value(
      api.GET('/v1/services/{service}/gate/overrides', {
        params: { path: { service }, query: { after, limit: 3 } },
        signal,
      }),
    ),
  );
}

/** How the freezes of a service were lifted once, as it is now. */
export function useGateOverride(service: string, override: string) {
  return useRead([...keyOf(service), 'overrides', override], (api, signal) =>
    value(
      api.GET('/v1/services/{service}/gate/overrides/{override}', {
        params: { path: { service, override } },
        signal,
      }),
    ),
  );
}

/** Says of an override whether it was justified. */
export function useReviewOverride(
  service: string,
  override: string,
  onDone: () => void,
) {
  return useChange(
    (api, input: { etag: string; body: Schemas['GateOverrideReviewInput'] }) =>
      value(
        api.POST('/v1/services/{service}/gate/overrides/{override}/review', {
          params: { path: { service, override }, header: ifMatch(input.etag) },
          body: input.body,
        }),
      ),
    { touches: [keyOf(service)], onDone },
  );
}

/** Ends an override before its time. */
export function useEndOverride(service: string) {
  return useChange(
    (api, override: Schemas['GateOverride']) =>
      value(
        api.POST('/v1/services/{service}/gate/overrides/{override}/end', {
          params: {
            path: { service, override: override.id },
            header: ifMatch(`"${override.version}"`),
          },
        }),
      ),
    { touches: [keyOf(service)] },
  );
}

/** How a service stands by each scorecard that is for it. */
export function useScorecards(service: string) {
  return useRead(
    [...keyOf(service), 'scorecards'],
    async (api, signal) =>
      (
        await value(
          api.GET('/v1/services/{service}/scorecards', {
            params: { path: { service } },
            signal,
          }),
        )
      ).scorecards,
  );
}

/** The golden signals of a service now. */
export function useSignalsNow(service: string) {
  return useRead([...keyOf(service), 'signals'], (api, signal) =>
    value(
      api.GET('/v1/services/{service}/golden-signals/current', {
        params: { path: { service } },
        signal,
      }),
    ),
  );
}

/** How the golden signals of a service are read, with its version. */
export function useMapping(service: string) {
  return useRead([...keyOf(service), 'signals', 'mapping'], (api, signal) =>
    versioned(
      api.GET('/v1/services/{service}/golden-signals', {
        params: { path: { service } },
        signal,
      }),
    ),
  );
}

/** Says how the golden signals of a service are read. */
export function useMapSignals(service: string, onDone: () => void) {
  return useChange(
    (api, input: { etag: string; body: Schemas['GoldenSignalsInput'] }) =>
      versioned(
        api.PUT('/v1/services/{service}/golden-signals', {
          params: { path: { service }, header: ifMatch(input.etag) },
          body: input.body,
        }),
      ),
    {
      touches: [[...keyOf(service), 'signals']],
      becomes: [...keyOf(service), 'signals', 'mapping'],
      onDone,
    },
  );
}

/** The golden signals of a service over the last hours. */
export function useSignalsSeries(service: string, enabled: boolean) {
  return useRead(
    [...keyOf(service), 'signals', 'series'],
    (api, signal) =>
      value(
        api.GET('/v1/services/{service}/golden-signals/series', {
          params: { path: { service } },
          signal,
        }),
      ),
    { enabled, again: 300_000 },
  );
}

/** The five newest incidents of a service. */
export function useIncidents(service: string) {
  return useRead([...keyOf(service), 'incidents'], async (api, signal) => {
    const found = await value(
      api.GET('/v1/incidents', {
        params: { query: { service, limit: 5 } },
        signal,
      }),
    );
    return found.items ?? [];
  });
}

/** Action items that change a service and are open. */
export function useActions(service: string) {
  return usePages([...keyOf(service), 'actions'], (api, after, signal) =>
    value(
      api.GET('/v1/action-items', {
        params: { query: { service, state: 'open', after, limit: 10 } },
        signal,
      }),
    ),
  );
}

/** Issues about a service that are open. */
export function useIssues(service: string) {
  return usePages([...keyOf(service), 'issues'], (api, after, signal) =>
    value(
      api.GET('/v1/issues', {
        params: { query: { service, state: 'open', after, limit: 10 } },
        signal,
      }),
    ),
  );
}

/** Registers a service. */
export function useRegister(onDone: () => void) {
  return useChange(
    (api, body: Schemas['ServiceCreate']) =>
      value(api.POST('/v1/services', { body })),
    { touches: [['services'], ['service-lists']], onDone },
  );
}
