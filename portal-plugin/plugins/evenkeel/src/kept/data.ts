import { value, type Schemas } from '@evenkeel/client';
import { useRead } from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';

import { evenkeelTranslationRef } from '../translation';

type Item = Schemas['ManifestItem'];

/** A thing that may be kept elsewhere, as the API tells it. */
export type Keepable = { id: string; manager?: string };

/** How many things that drifted are told of at once. */
export const MOST = 5;

/** The set of manifests that a manager is; undefined where it is none. */
export function setOf(manager: string): string | undefined {
  return /^set:(.+)$/.exec(manager)?.[1];
}

/** Who keeps a thing elsewhere, so that nobody changes it here; undefined where nobody does. */
export function useKept(of: Keepable): string | undefined {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  if (!of.manager) {
    return undefined;
  }
  const set = setOf(of.manager);
  return t('kept.by', { keeper: set ? t('kept.set', { set }) : of.manager });
}

/** The manifest that says there is a thing, with its set; null where no set says it. */
export function useManifest(kind: Item['kind'], id: string, enabled: boolean) {
  return useRead(
    ['manifest-items', kind, id],
    async (api, signal) => {
      const found = await value(
        api.GET('/v1/manifest-items', {
          params: { query: { kind, resource: id, limit: 1 } },
          signal,
        }),
      );
      return found.items[0] ?? null;
    },
    { enabled },
  );
}

/** What of a service, or of a team, differs from its manifests: so much that it is known to be more than MOST. */
export function useDrift(of: { service: string } | { team: string }) {
  return useRead(
    ['manifest-items', 'drifted', of],
    async (api, signal) =>
      (
        await value(
          api.GET('/v1/manifest-items', {
            params: { query: { ...of, drifted: true, limit: MOST + 1 } },
            signal,
          }),
        )
      ).items,
  );
}
