import { value, type Schemas } from '@evenkeel/client';
import {
  ifSeen,
  useChange,
  usePages,
  useRead,
} from '@evenkeel/plugin-evenkeel-react';
import type { Tone } from '@evenkeel/plugin-evenkeel-react';

/** The severities, the worst first. */
export const severities = ['sev1', 'sev2', 'sev3', 'sev4'] as const;
/** A severity. */
export type Severity = (typeof severities)[number];
/** The statuses, in their order. */
export const statuses = [
  'declared',
  'investigating',
  'mitigated',
  'resolved',
  'closed',
] as const;
/** A status. */
export type Status = (typeof statuses)[number];

export const severityTones: Record<Severity, Tone> = {
  sev1: 'bad',
  sev2: 'bad',
  sev3: 'warning',
  sev4: 'info',
};

export const statusTones: Record<Status, Tone> = {
  declared: 'bad',
  investigating: 'bad',
  mitigated: 'warning',
  resolved: 'good',
  closed: 'good',
};

export const postmortemTones: Record<Schemas['Postmortem']['status'], Tone> = {
  requested: 'warning',
  waived: 'unknown',
  draft: 'info',
  in_review: 'info',
  approved: 'good',
  published: 'good',
};

/** Whether somebody still waits for a postmortem: what is due is its approval. */
export function isOwed(status: Schemas['Postmortem']['status']): boolean {
  return !['waived', 'approved', 'published'].includes(status);
}

const all = ['incidents'] as const;
// The page of a service shows its incidents and action items, too.
const touches = [all, ['services']] as const;

/** How the list of incidents is narrowed. */
export type Filter = {
  open?: 'true' | 'false';
  severity?: Severity;
  team?: string;
};

/** Incidents, the newest first. */
export function useIncidents(filter: Filter) {
  return usePages([...all, 'list', filter], (api, after, signal) =>
    value(
      api.GET('/v1/incidents', {
        params: { query: { ...filter, after, limit: 50 } },
        signal,
      }),
    ),
  );
}

/** Incidents, notes and postmortems in which the words are. */
export function useHits(text: string) {
  return usePages(
    [...all, 'search', text],
    (api, after, signal) =>
      value(
        api.GET('/v1/incidents/search', {
          params: { query: { q: text, after, limit: 20 } },
          signal,
        }),
      ),
    { enabled: text.trim() !== '' },
  );
}

/** What incidents of a team, or all, came to in 90 days. */
export function useStatistics(team: string | undefined) {
  return useRead([...all, 'statistics', team], (api, signal) =>
    value(
      api.GET('/v1/incident-statistics', {
        params: { query: { team } },
        signal,
      }),
    ),
  );
}

/** An incident. */
export function useIncident(incident: string) {
  return useRead([...all, incident], (api, signal) =>
    value(
      api.GET('/v1/incidents/{incident}', {
        params: { path: { incident } },
        signal,
      }),
    ),
  );
}

/** Declares an incident. */
export function useDeclare(onDone: (made: Schemas['Incident']) => void) {
  return useChange(
    (api, body: Schemas['IncidentCreate']) =>
      value(api.POST('/v1/incidents', { body })),
    { touches, onDone },
  );
}

/** Changes what is known of an incident. */
export function useEdit(incident: string, onDone: () => void) {
  return useChange(
    (
      api,
      input: { seen: Schemas['Incident']; body: Schemas['IncidentInput'] },
    ) =>
      value(
        api.PUT('/v1/incidents/{incident}', {
          params: { path: { incident }, header: ifSeen(input.seen) },
          body: input.body,
        }),
      ),
    { touches, becomes: [...all, incident], onDone },
  );
}

/** Changes the status of an incident. */
export function useChangeStatus(incident: string, onDone: () => void) {
  return useChange(
    (
      api,
      input: {
        seen: Schemas['Incident'];
        change: Schemas['IncidentStatusChange'];
      },
    ) =>
      value(
        api.POST('/v1/incidents/{incident}/status', {
          params: { path: { incident }, header: ifSeen(input.seen) },
          body: input.change,
        }),
      ),
    { touches, becomes: [...all, incident], onDone },
  );
}

/** What was written down of an incident, in its order. */
export function useTimeline(incident: string) {
  return usePages([...all, incident, 'timeline'], (api, after, signal) =>
    value(
      api.GET('/v1/incidents/{incident}/timeline', {
        params: { path: { incident }, query: { after, limit: 100 } },
        signal,
      }),
    ),
  );
}

/** Writes an entry of the timeline, edits the one of that identifier, or withdraws it. */
export function useWriteTimeline(incident: string, onDone: () => void) {
  return useChange(
    async (
      api,
      input: {
        entry?: Schemas['TimelineEntry'];
        text?: Schemas['TimelineEntryInput'];
      },
    ) => {
      const { entry, text } = input;
      if (!entry) {
        await api.POST('/v1/incidents/{incident}/timeline', {
          params: { path: { incident } },
          body: text ?? { text: '' },
        });
        return;
      }
      const params = {
        path: { incident, timelineEntry: entry.id },
        header: ifSeen(entry),
      };
      if (text) {
        await api.PUT('/v1/incidents/{incident}/timeline/{timelineEntry}', {
          params,
          body: text,
        });
      } else {
        await api.DELETE('/v1/incidents/{incident}/timeline/{timelineEntry}', {
          params,
        });
      }
    },
    { touches: [[...all, incident]], onDone },
  );
}

/** What an incident cost of the budgets of SLOs. */
export function useImpact(incident: string) {
  return useRead([...all, incident, 'impact'], (api, signal) =>
    value(
      api.GET('/v1/incidents/{incident}/impact', {
        params: { path: { incident } },
        signal,
      }),
    ),
  );
}

/** Incidents that are like one. */
export function useSimilar(incident: string) {
  return useRead([...all, incident, 'similar'], (api, signal) =>
    value(
      api.GET('/v1/incidents/{incident}/similar', {
        params: { path: { incident } },
        signal,
      }),
    ),
  );
}

/** The action items of an incident. */
export function useActionsOf(incident: string) {
  return useRead([...all, incident, 'actions'], (api, signal) =>
    value(
      api.GET('/v1/incidents/{incident}/action-items', {
        params: { path: { incident } },
        signal,
      }),
    ),
  );
}

/** The action items of all incidents of a team, or of all teams, the first due first. */
export function useActions(filter: {
  team?: string;
  state?: 'open' | 'done' | 'waived';
  overdue?: boolean;
}) {
  return usePages([...all, 'actions', filter], (api, after, signal) =>
    value(
      api.GET('/v1/action-items', {
        params: { query: { ...filter, after, limit: 50 } },
        signal,
      }),
    ),
  );
}

/** How many action items are open, overdue and done. */
export function useBacklog(team: string | undefined) {
  return useRead([...all, 'backlog', team], (api, signal) =>
    value(
      api.GET('/v1/action-item-backlog', {
        params: { query: { team } },
        signal,
      }),
    ),
  );
}

/** Plans an action item of an incident. */
export function usePlan(incident: string, onDone: () => void) {
  return useChange(
    (api, body: Schemas['ActionItemInput']) =>
      value(
        api.POST('/v1/incidents/{incident}/action-items', {
          params: { path: { incident } },
          body,
        }),
      ),
    { touches, onDone },
  );
}

/** What ends an action item, or opens it again. */
export type Settlement =
  | { act: 'complete'; note: string; link?: string }
  | { act: 'waive' | 'reopen'; reason: string };

/** Completes, waives or reopens an action item. */
export function useSettleAction(onDone: () => void) {
  return useChange(
    (api, input: { item: Schemas['ActionItem']; settlement: Settlement }) => {
      const { item, settlement } = input;
      const params = {
        path: { actionItem: item.id },
        header: ifSeen(item),
      };
      switch (settlement.act) {
        case 'complete':
          return value(
            api.POST('/v1/action-items/{actionItem}/complete', {
              params,
              body: { note: settlement.note, link: settlement.link },
            }),
          );
        case 'waive':
          return value(
            api.POST('/v1/action-items/{actionItem}/waive', {
              params,
              body: { reason: settlement.reason },
            }),
          );
        default:
          return value(
            api.POST('/v1/action-items/{actionItem}/reopen', {
              params,
              body: { reason: settlement.reason },
            }),
          );
      }
    },
    { touches, onDone },
  );
}
