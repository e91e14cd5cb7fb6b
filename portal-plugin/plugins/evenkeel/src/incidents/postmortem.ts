import { value, versioned, type Schemas } from '@evenkeel/client';
import { useChange, usePages, useRead } from '@evenkeel/plugin-evenkeel-react';

const of = (incident: string) => ['incidents', incident, 'postmortem'] as const;

/** A postmortem with its version; undefined where none was asked for or begun. */
export function usePostmortem(incident: string) {
  return useRead(of(incident), (api, signal) =>
    versioned(
      api.GET('/v1/incidents/{incident}/postmortem', {
        params: { path: { incident } },
        signal,
      }),
    ),
  );
}

/** Begins a postmortem from a template, that of the incident's severity without one. */
export function useBegin(incident: string) {
  return useChange(
    (api, body: Schemas['PostmortemBegin']) =>
      value(
        api.PUT('/v1/incidents/{incident}/postmortem', {
          params: { path: { incident } },
          body,
        }),
      ),
    { touches: [['incidents']] },
  );
}

/** Asks for a postmortem, and says why. */
export function useAskFor(incident: string, onDone: () => void) {
  return useChange(
    (api, reason: string) =>
      value(
        api.POST('/v1/incidents/{incident}/postmortem/requests', {
          params: { path: { incident } },
          body: { reason },
        }),
      ),
    { touches: [['incidents']], onDone },
  );
}

/** A text that is not saved, and what it changes. */
export type PostmortemDraft = {
  text: string;
  /** What the text was that it began from, that text's version, and the ETag that it had. */
  was: string;
  textVersion: number;
  etag: string;
  /** What its author typed before they began again from what somebody else saved. */
  mine?: PostmortemDraft;
};

/** What was kept of a draft; undefined where it is none. */
export function draftIn(kept: unknown): PostmortemDraft | undefined {
  const { text, was, textVersion, etag, mine } = (kept ??
    {}) as Partial<PostmortemDraft>;
  return typeof text === 'string' &&
    typeof was === 'string' &&
    typeof textVersion === 'number' &&
    typeof etag === 'string'
    ? { text, was, textVersion, etag, mine: draftIn(mine) }
    : undefined;
}

/** Saves the text as its next version. */
export function useSave(incident: string) {
  return useChange(
    (api, input: { etag: string; text: string }) =>
      versioned(
        api.PUT('/v1/incidents/{incident}/postmortem/text', {
          params: {
            path: { incident },
            header: { 'If-Match': input.etag },
          },
          body: { text: input.text },
        }),
      ),
    { touches: [of(incident)], becomes: of(incident) },
  );
}

/** What is done with a postmortem beside writing it. */
export type Act =
  | { act: 'submit'; reviewers: string[] }
  | { act: 'approve' | 'publish' }
  | { act: 'requestChanges'; text: string }
  | { act: 'reopen'; reason: string };

/** Submits, reviews, publishes or reopens a postmortem. */
export function useAct(incident: string, onDone: () => void) {
  return useChange(
    (api, input: { etag: string; act: Act }) => {
      const params = {
        path: { incident },
        header: { 'If-Match': input.etag },
      };
      const { act } = input;
      switch (act.act) {
        case 'submit':
          return versioned(
            api.POST('/v1/incidents/{incident}/postmortem/submissions', {
              params,
              body: { reviewers: act.reviewers },
            }),
          );
        case 'approve':
          return versioned(
            api.POST('/v1/incidents/{incident}/postmortem/reviews', {
              params,
              body: { verdict: 'approve' },
            }),
          );
        case 'requestChanges':
          return versioned(
            api.POST('/v1/incidents/{incident}/postmortem/reviews', {
              params,
              body: { verdict: 'request_changes', text: act.text },
            }),
          );
        case 'publish':
          return versioned(
            api.POST('/v1/incidents/{incident}/postmortem/publication', {
              params,
            }),
          );
        default:
          return versioned(
            api.POST('/v1/incidents/{incident}/postmortem/reopenings', {
              params,
              body: { reason: act.reason },
            }),
          );
      }
    },
    { touches: [['incidents']], becomes: of(incident), onDone },
  );
}

/** What there is to look at in a text, with the text that was looked at. */
export function useLint(incident: string, text: string) {
  return useRead(
    ['lint', incident, text],
    async (api, signal) => {
      if (text.trim() === '') {
        return { text, findings: [] };
      }
      const { findings } = await value(
        api.POST('/v1/postmortem-lint', {
          body: { incident, text },
          signal,
        }),
      );
      return { text, findings };
    },
    { again: false },
  );
}

/** The versions of a postmortem's text, the newest first. */
export function useVersions(incident: string) {
  return usePages<Schemas['PostmortemVersion']>(
    [...of(incident), 'versions'],
    (api, after, signal) =>
      value(
        api.GET('/v1/incidents/{incident}/postmortem/versions', {
          params: { path: { incident }, query: { after, limit: 20 } },
          signal,
        }),
      ),
  );
}

/** What a version of the text changed of the one before. */
export function useDifference(incident: string, version: number) {
  return useRead(
    [...of(incident), 'versions', version, 'diff'],
    (api, signal) =>
      value(
        api.GET(
          '/v1/incidents/{incident}/postmortem/versions/{postmortemVersion}/diff',
          {
            params: { path: { incident, postmortemVersion: version } },
            signal,
          },
        ),
      ),
    { again: false },
  );
}
