import { value, type Schemas } from '@evenkeel/client';
import {
  problemIn,
  useChange,
  usePages,
  useRead,
} from '@evenkeel/plugin-evenkeel-react';

import { keyOf, type Name } from './data';

/** Corrects an SLO. */
export function useCorrect(of: Name) {
  return useChange(
    (api, body: Schemas['CorrectionInput']) =>
      value(
        api.POST('/v1/services/{service}/slos/{slo}/corrections', {
          params: { path: of },
          body,
        }),
      ),
    { touches: [['slos']] },
  );
}

/** What a correction would do, before it is declared; nothing is kept. */
export function useCorrectionPreview(
  of: Name,
  body: Schemas['CorrectionInput'],
  enabled: boolean,
) {
  return useRead(
    ['correction-preview', of.service, of.slo, JSON.stringify(body)],
    (api, signal) =>
      value(
        api.POST('/v1/services/{service}/slos/{slo}/corrections/preview', {
          params: { path: of },
          body,
          signal,
        }),
      ),
    { enabled, again: false },
  );
}

/** Removes a correction, so that what was measured counts again. */
export function useRemoveCorrection(of: Name, correction: string) {
  return useChange(
    (api, reason: string) =>
      value(
        api.POST(
          '/v1/services/{service}/slos/{slo}/corrections/{correction}/removal',
          { params: { path: { ...of, correction } }, body: { reason } },
        ),
      ),
    { touches: [['slos']] },
  );
}

/** Whether an act was refused because another person has to approve it. */
export function needsApproval(error: Error | null): boolean {
  return problemIn(error)?.code === 'second_person_needed';
}

/** Proposes an act that another person has to approve. */
export function usePropose(of: Name, onDone: () => void) {
  return useChange(
    (api, body: Schemas['ProposalInput']) =>
      value(api.POST('/v1/proposals', { body })),
    { touches: [[...keyOf(of), 'proposals']], onDone },
  );
}

/** The acts on an SLO that wait for another person's approval. */
export function useProposals(of: Name, id: string) {
  return usePages([...keyOf(of), 'proposals'], (api, after, signal) =>
    value(
      api.GET('/v1/proposals', {
        params: { query: { slo: id, state: 'open', after, limit: 10 } },
        signal,
      }),
    ),
  );
}

/** A proposal, also once it was decided on. */
export function useProposal(of: Name, proposal: string) {
  return useRead([...keyOf(of), 'proposals', proposal], (api, signal) =>
    value(
      api.GET('/v1/proposals/{proposal}', {
        params: { path: { proposal } },
        signal,
      }),
    ),
  );
}

/** Approves a proposal, which carries it out, or rejects it. */
export function useDecide(
  proposal: string,
  decision: 'approval' | 'rejection',
  onDone: () => void,
) {
  return useChange(
    (api, reason: string) => {
      const init = { params: { path: { proposal } }, body: { reason } };
      return value(
        decision === 'approval'
          ? api.POST('/v1/proposals/{proposal}/approval', init)
          : api.POST('/v1/proposals/{proposal}/rejection', init),
      );
    },
    { touches: [['slos']], onDone },
  );
}

/** Says who looks after an alert. */
export function useAcknowledgeAlert(alert: string) {
  return useChange(
    (api, note: string) =>
      value(
        api.POST('/v1/alerts/{alert}/acknowledgement', {
          params: { path: { alert } },
          body: { note },
        }),
      ),
    { touches: [['slos'], ['services']] },
  );
}
