import { ifMatch, value, type Schemas } from '@evenkeel/client';
import { useChange, usePages, useRead } from '@evenkeel/plugin-evenkeel-react';

type Violation = Schemas['Violation'];

/** The violations that are looked at: of a service, of a team, or all. */
export type Of = { service?: string; team?: string };

/** Violations that are open, the newest first. */
export function useViolations(of: Of) {
  return usePages(['violations', 'open', of], (api, after, signal) =>
    value(
      api.GET('/v1/violations', {
        params: { query: { ...of, state: 'open', after, limit: 10 } },
        signal,
      }),
    ),
  );
}

/** A violation, also once it is over. */
export function useViolation(violation: string) {
  return useRead(['violations', violation, 'itself'], (api, signal) =>
    value(
      api.GET('/v1/violations/{violation}', {
        params: { path: { violation } },
        signal,
      }),
    ),
  );
}

/** What was said about a violation, the newest first. */
export function useEvents(violation: string) {
  return usePages(['violations', violation, 'events'], (api, after, signal) =>
    value(
      api.GET('/v1/violations/{violation}/events', {
        params: { path: { violation }, query: { after, limit: 10 } },
        signal,
      }),
    ),
  );
}

/** What a violation asks for after incidents. */
export function useClaim(violation: string) {
  return useRead(['violations', violation, 'claim'], (api, signal) =>
    value(
      api.GET('/v1/violations/{violation}/claim', {
        params: { path: { violation } },
        signal,
      }),
    ),
  );
}

/** A policy, with its clauses and who approved it. */
export function usePolicy(policy: string) {
  return useRead(['budget-policies', policy], (api, signal) =>
    value(
      api.GET('/v1/budget-policies/{policy}', {
        params: { path: { policy } },
        signal,
      }),
    ),
  );
}

/** What somebody says about a violation. */
export type Said =
  | { act: 'acknowledge'; plan: string; dueOn: string }
  | { act: 'dispute'; reason: string }
  | { act: 'rule'; outcome: 'upheld' | 'void'; note: string }
  | { act: 'leave'; done: string };

/** Acknowledges or disputes a violation, decides its dispute, or ends its freeze early. */
export function useSay(violation: Violation, onDone: () => void) {
  return useChange(
    async (api, input: { etag: string; said: Said }): Promise<void> => {
      const { etag, said } = input;
      const path = { violation: violation.id };
      switch (said.act) {
        case 'acknowledge':
          await value(
            api.PUT('/v1/violations/{violation}/acknowledgement', {
              params: { path, header: ifMatch(etag) },
              body: { plan: said.plan, dueOn: said.dueOn },
            }),
          );
          break;
        case 'dispute':
          await value(
            api.POST('/v1/violations/{violation}/disputes', {
              params: { path },
              body: { reason: said.reason },
            }),
          );
          break;
        case 'rule':
          await value(
            api.POST('/v1/violations/{violation}/rulings', {
              params: { path },
              body: { outcome: said.outcome, note: said.note },
            }),
          );
          break;
        default:
          await value(
            api.PUT('/v1/violations/{violation}/early-exit', {
              params: { path, header: ifMatch(etag) },
              body: { done: said.done },
            }),
          );
      }
    },
    // What a violation is worth decides what the gate answers, and which issues are wanted.
    {
      touches: [
        ['violations'],
        ['services', violation.service.slug],
        ['issues'],
      ],
      onDone,
    },
  );
}
