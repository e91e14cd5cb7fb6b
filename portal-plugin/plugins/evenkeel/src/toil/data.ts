import { value, versioned, type Schemas } from '@evenkeel/client';
import {
  ifSeen,
  useChange,
  usePages,
  useRead,
} from '@evenkeel/plugin-evenkeel-react';

/** The kinds of toil, in the order of the workbook's taxonomy. */
export const categories = [
  'business_processes',
  'production_interrupts',
  'release_shepherding',
  'migrations',
  'cost_and_capacity',
  'opaque_troubleshooting',
] as const;

/** A kind of toil. */
export type Category = (typeof categories)[number];

const of = (team: string) => ['toil', team] as const;

/** What is known of a team's toil. */
export function useToil(team: string) {
  return useRead(of(team), (api, signal) =>
    value(
      api.GET('/v1/teams/{team}/toil', { params: { path: { team } }, signal }),
    ),
  );
}

/** What whoever is signed in answered, the newest week first. */
export function useAnswers(team: string) {
  return useRead([...of(team), 'answers'], (api, signal) =>
    value(
      api.GET('/v1/teams/{team}/toil/answers', {
        params: { path: { team }, query: { limit: 8 } },
        signal,
      }),
    ),
  );
}

/** Answers the question of a week. */
export function useAnswer(team: string) {
  return useChange(
    (api, input: { week: string; answer: Schemas['ToilAnswerInput'] }) =>
      value(
        api.PUT('/v1/teams/{team}/toil/answers/{week}', {
          params: { path: { team, week: input.week } },
          body: input.answer,
        }),
      ),
    { touches: [of(team), ['me']] },
  );
}

/** How many entries are read at once. */
const ENTRIES = 10;

/** What whoever is signed in logged, the newest first. */
export function useEntries(team: string) {
  return usePages([...of(team), 'entries'], (api, after, signal) =>
    value(
      api.GET('/v1/teams/{team}/toil/entries', {
        params: { path: { team }, query: { limit: ENTRIES, after } },
        signal,
      }),
    ),
  );
}

/** An entry of whoever is signed in; none is read without its identifier. */
export function useEntry(team: string, entry: string | undefined) {
  return useRead(
    [...of(team), 'entries', entry],
    (api, signal) =>
      value(
        api.GET('/v1/teams/{team}/toil/entries/{toilEntry}', {
          params: { path: { team, toilEntry: entry ?? '' } },
          signal,
        }),
      ),
    { enabled: entry !== undefined },
  );
}

/** Logs an entry, or changes the one that was there before. */
export function useLog(team: string, onDone: () => void) {
  return useChange(
    (
      api,
      input: {
        before?: Schemas['ToilEntry'];
        entry: Schemas['ToilEntryInput'];
      },
    ) =>
      input.before === undefined
        ? value(
            api.POST('/v1/teams/{team}/toil/entries', {
              params: { path: { team } },
              body: input.entry,
            }),
          )
        : value(
            api.PUT('/v1/teams/{team}/toil/entries/{toilEntry}', {
              params: { path: { team, toilEntry: input.before.id } },
              headers: ifSeen(input.before),
              body: input.entry,
            }),
          ),
    { touches: [of(team)], onDone },
  );
}

/** Removes an entry. */
export function useStrike(team: string, onDone: () => void) {
  return useChange(
    async (api, entry: Schemas['ToilEntry']) => {
      await api.DELETE('/v1/teams/{team}/toil/entries/{toilEntry}', {
        params: { path: { team, toilEntry: entry.id } },
        headers: ifSeen(entry),
      });
    },
    { touches: [of(team)], onDone },
  );
}

/** What may have been toil of whoever is signed in. */
export function useProposals(team: string, enabled: boolean) {
  return useRead(
    [...of(team), 'proposals'],
    (api, signal) =>
      value(
        api.GET('/v1/teams/{team}/toil/proposals', {
          params: { path: { team } },
          signal,
        }),
      ),
    { enabled },
  );
}

/** Takes a proposal as an entry, or says that it was no toil. */
export function useSettle(team: string) {
  return useChange(
    async (api, input: { proposal: string; work?: Schemas['ToilWork'] }) => {
      const params = { path: { team, toilProposal: input.proposal } };
      if (input.work) {
        await api.POST('/v1/teams/{team}/toil/proposals/{toilProposal}/take', {
          params,
          body: input.work,
        });
      } else {
        await api.POST(
          '/v1/teams/{team}/toil/proposals/{toilProposal}/dismiss',
          { params },
        );
      }
    },
    { touches: [of(team)] },
  );
}

/** What to automate first. */
export function useCandidates(team: string) {
  return useRead([...of(team), 'candidates'], (api, signal) =>
    value(
      api.GET('/v1/teams/{team}/toil/candidates', {
        params: { path: { team } },
        signal,
      }),
    ),
  );
}

/** Says what a candidate would be, and how long it takes to build. */
export function useEstimate(team: string, onDone: () => void) {
  return useChange(
    (api, body: Schemas['ToilCandidateInput']) =>
      value(
        api.POST('/v1/teams/{team}/toil/candidates', {
          params: { path: { team } },
          body,
        }),
      ),
    { touches: [of(team)], onDone },
  );
}

/** Makes an issue of a candidate. */
export function useWant(team: string) {
  return useChange(
    (api, candidate: Schemas['ToilCandidate']) =>
      value(
        api.POST('/v1/teams/{team}/toil/candidates/{toilCandidate}/want', {
          params: {
            path: { team, toilCandidate: candidate.id },
          },
          headers: ifSeen(candidate),
        }),
      ),
    { touches: [of(team), ['issues']] },
  );
}

/** What automation reported of a team, the newest day first. */
export function useAutomations(team: string) {
  return usePages([...of(team), 'automations'], (api, after, signal) =>
    value(
      api.GET('/v1/teams/{team}/toil/automations', {
        params: { path: { team }, query: { limit: 10, after } },
        signal,
      }),
    ),
  );
}

/** Withdraws what automation reported. */
export function useWithdraw(team: string) {
  return useChange(
    async (api, toilAutomation: string) => {
      await api.DELETE('/v1/teams/{team}/toil/automations/{toilAutomation}', {
        params: { path: { team, toilAutomation } },
      });
    },
    { touches: [of(team)] },
  );
}

/** How a team's toil is measured, with its version. */
export function useSettings(team: string, enabled: boolean) {
  return useRead(
    [...of(team), 'settings'],
    (api, signal) =>
      versioned(
        api.GET('/v1/teams/{team}/toil/settings', {
          params: { path: { team } },
          signal,
        }),
      ),
    { enabled, again: false },
  );
}

/** Changes how a team's toil is measured. */
export function useChangeSettings(team: string, onDone: () => void) {
  return useChange(
    (api, input: { etag: string; settings: Schemas['ToilSettingsInput'] }) =>
      versioned(
        api.PUT('/v1/teams/{team}/toil/settings', {
          params: { path: { team }, header: { 'If-Match': input.etag } },
          body: input.settings,
        }),
      ),
    {
      touches: [of(team)],
      becomes: [...of(team), 'settings'],
      onDone,
    },
  );
}

/** What the survey of a quarter came to. */
export function useSurvey(team: string, quarter: string) {
  return useRead([...of(team), 'survey', quarter], (api, signal) =>
    value(
      api.GET('/v1/teams/{team}/toil/surveys/{quarter}', {
        params: { path: { team, quarter } },
        signal,
      }),
    ),
  );
}

/** Answers the survey of a quarter. */
export function useAnswerSurvey(
  team: string,
  quarter: string,
  onDone: (answered: Schemas['ToilSurveyAnswer']) => void,
) {
  return useChange(
    (api, body: Schemas['ToilSurveyInput']) =>
      value(
        api.PUT('/v1/teams/{team}/toil/surveys/{quarter}/answer', {
          params: { path: { team, quarter } },
          body,
        }),
      ),
    { touches: [of(team)], onDone },
  );
}

/** Brings in entries from the text of a CSV file, or tells what would come. */
export function useImport(team: string) {
  return useChange(
    (api, input: { text: string; dryRun: boolean }) =>
      value(
        api.POST('/v1/teams/{team}/toil/entries/csv', {
          params: { path: { team }, query: { dryRun: input.dryRun } },
          headers: { 'Content-Type': 'text/csv' },
          body: input.text,
          bodySerializer: text => text,
        }),
      ),
    { touches: [of(team)] },
  );
}

/** Reads the entries of whoever is signed in as CSV. */
export function useExport(team: string, onDone: (csv: string) => void) {
  return useChange(
    (api, _: void) =>
      value(
        api.GET('/v1/teams/{team}/toil/entries/csv', {
          params: { path: { team } },
          parseAs: 'text',
        }),
      ) as Promise<string>,
    { touches: [], onDone },
  );
}
