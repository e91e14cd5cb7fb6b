import { value, versioned } from '@evenkeel/client';
import {
  useChange,
  usePages,
  useRead,
  type Tone,
} from '@evenkeel/plugin-evenkeel-react';

/** The kinds of issues. */
export const kinds = [
  'budget_violation',
  'incident',
  'action_item',
  'toil_cap',
  'toil_candidate',
  'scorecard',
  'campaign',
] as const;
/** How issues stand on GitHub. */
export const deliveries = [
  'draft',
  'pending',
  'sending',
  'unknown',
  'sent',
  'dead',
  'dismissed',
  'grouped',
] as const;

export const deliveryTones: Record<(typeof deliveries)[number], Tone> = {
  draft: 'unknown',
  pending: 'info',
  sending: 'info',
  unknown: 'warning',
  sent: 'good',
  dead: 'bad',
  dismissed: 'unknown',
  grouped: 'info',
};

/** How the list of issues is narrowed. */
export type Filter = {
  state?: 'open' | 'closed';
  kind?: (typeof kinds)[number];
  deliveryState?: (typeof deliveries)[number];
  team?: string;
};

/** Issues, the newest first. */
export function useIssues(filter: Filter) {
  return usePages(['issues', 'list', filter], (api, after, signal) =>
    value(
      api.GET('/v1/issues', {
        params: { query: { ...filter, after, limit: 50 } },
        signal,
      }),
    ),
  );
}

/** How many issues there are, by how they stand. */
export function useTally(team: string | undefined) {
  return useRead(['issues', 'tally', team], (api, signal) =>
    value(api.GET('/v1/issues/tally', { params: { query: { team } }, signal })),
  );
}

/** Whether issues are sent at all. */
export function useDelivery() {
  return useRead(['issues', 'delivery'], (api, signal) =>
    value(api.GET('/v1/issue-delivery', { signal })),
  );
}

/** An issue with its version. */
export function useIssue(issue: string) {
  return useRead(['issues', issue], (api, signal) =>
    versioned(
      api.GET('/v1/issues/{issue}', { params: { path: { issue } }, signal }),
    ),
  );
}

/** What is done with an issue. */
export type Act =
  | { act: 'retry' }
  | { act: 'retarget'; repository: string }
  | { act: 'dismiss'; reason: string };

/** Sends an issue again, elsewhere, or not at all. */
export function useAct(issue: string, onDone: () => void) {
  return useChange(
    (api, input: { etag: string; act: Act }) => {
      const params = { path: { issue }, header: { 'If-Match': input.etag } };
      const { act } = input;
      switch (act.act) {
        case 'retry':
          return versioned(api.POST('/v1/issues/{issue}/retry', { params }));
        case 'retarget':
          return versioned(
            api.POST('/v1/issues/{issue}/retarget', {
              params,
              body: { repository: act.repository },
            }),
          );
        default:
          return versioned(
            api.POST('/v1/issues/{issue}/dismiss', {
              params,
              body: { reason: act.reason },
            }),
          );
      }
    },
    { touches: [['issues'], ['services']], becomes: ['issues', issue], onDone },
  );
}
