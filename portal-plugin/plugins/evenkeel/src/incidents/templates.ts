import { value, type Schemas } from '@evenkeel/client';
import { ifSeen, useChange, usePages } from '@evenkeel/plugin-evenkeel-react';

const templates = ['postmortem-templates'] as const;

/** What postmortems begin as, by slug. */
export function useTemplates() {
  return usePages<Schemas['PostmortemTemplate']>(
    templates,
    (api, after, signal) =>
      value(
        api.GET('/v1/postmortem-templates', {
          params: { query: { after, limit: 100 } },
          signal,
        }),
      ),
  );
}

/** Makes a template, or revises the one that was looked at. */
export function useWriteTemplate(onDone: () => void) {
  return useChange(
    (
      api,
      input: {
        seen: Schemas['PostmortemTemplate'] | undefined;
        slug: string;
        terms: Schemas['PostmortemTemplateTerms'];
      },
    ) => {
      const { seen, slug, terms } = input;
      return seen
        ? value(
            api.PUT('/v1/postmortem-templates/{postmortemTemplate}', {
              params: {
                path: { postmortemTemplate: seen.slug },
                header: ifSeen(seen),
              },
              body: terms,
            }),
          )
        : value(
            api.POST('/v1/postmortem-templates', { body: { slug, ...terms } }),
          );
    },
    { touches: [templates], onDone },
  );
}

/** Takes a template away; what began as it stays as it is. */
export function useDeleteTemplate(onDone: () => void) {
  return useChange(
    async (api, seen: Schemas['PostmortemTemplate']) => {
      await api.DELETE('/v1/postmortem-templates/{postmortemTemplate}', {
        params: {
          path: { postmortemTemplate: seen.slug },
          header: ifSeen(seen),
        },
      });
    },
    { touches: [templates], onDone },
  );
}
