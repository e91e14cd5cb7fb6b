import { items, value, versioned, type Schemas } from '@evenkeel/client';
import { useChange, useRead } from '@evenkeel/plugin-evenkeel-react';

import { keyOf } from './data';
import type { Draft } from './draft';

/** The kinds of SLO, with what of a service each is. */
export function useKinds() {
  return useRead(
    ['slo-kinds'],
    async (api, signal) =>
      (await value(api.GET('/v1/slo-kinds', { signal }))).items,
    { again: false },
  );
}

/** The data sources that can be read from. */
export function useDataSources() {
  return useRead(['data-sources'], async (api, signal) => {
    const all: Schemas['DataSource'][] = [];
    const query = { limit: 200 };
    for await (const s of items(api, '/v1/data-sources', { query }, signal)) {
      all.push(s);
    }
    return all;
  });
}

/** What could be declared of a service, from what a data source holds. */
export function useSuggestions(service: string, dataSource: string) {
  return useRead(
    ['suggestions', service, dataSource],
    (api, signal) =>
      value(
        api.GET('/v1/services/{service}/suggestions', {
          params: { path: { service }, query: { dataSource } },
          signal,
        }),
      ),
    { enabled: dataSource !== '', again: false },
  );
}

/** What would have become of an SLO, or of what would become of one that is there; nothing is kept. */
export function usePreview(
  service: string,
  slo: string | undefined,
  draft: Draft,
) {
  return useRead(
    ['slo-preview', service, slo, JSON.stringify(draft)],
    (api, signal) =>
      value(
        api.POST('/v1/services/{service}/slo-previews', {
          params: { path: { service }, query: { slo } },
          body: draft,
          signal,
        }),
      ),
    { again: false },
  );
}

/** An SLO as a document of OpenSLO. */
export function useRendering(service: string, draft: Draft, enabled: boolean) {
  return useRead(
    ['openslo', service, JSON.stringify(draft)],
    async (api, signal) => {
      const { data } = await api.POST('/v1/openslo-renderings', {
        params: { query: { service } },
        body: draft,
        parseAs: 'text',
        signal,
      });
      return data as string;
    },
    { enabled, again: false },
  );
}

/** Reads a document of OpenSLO. */
export function useReading(onDone: (read: Schemas['OpenSLOReading']) => void) {
  return useChange(
    (api, text: string) =>
      value(
        api.POST('/v1/openslo-readings', {
          body: text,
          headers: { 'Content-Type': 'application/yaml' },
          bodySerializer: body => body as unknown as string,
        }),
      ),
    { touches: [], onDone },
  );
}

/** Declares an SLO, or revises the one whose version is given. */
export function useSave(
  service: string,
  existing: { slo: string; etag: string } | undefined,
  onDone: (slo: Schemas['SLODeclared']) => void,
) {
  return useChange(
    (api, draft: Draft) =>
      existing
        ? versioned(
            api.PUT('/v1/services/{service}/slos/{slo}', {
              params: {
                path: { service, slo: existing.slo },
                header: { 'If-Match': existing.etag },
              },
              body: draft,
            }),
          )
        : versioned(
            api.POST('/v1/services/{service}/slos', {
              params: { path: { service } },
              body: draft,
            }),
          ),
    {
      touches: [['slos'], ['services', service]],
      becomes: existing && keyOf({ service, slo: existing.slo }),
      onDone: made => onDone(made.value),
    },
  );
}
