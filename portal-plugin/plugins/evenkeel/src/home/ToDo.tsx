import { value, type Schemas } from '@evenkeel/client';
import {
  Nothing,
  Section,
  Trouble,
  Waiting,
  Word,
  ago,
  type Tone,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { ReactNode } from 'react';

import { CheckLink, IncidentLink, ServiceLink } from '../scorecards/links';
import { evenkeelTranslationRef } from '../translation';
import styles from './home.module.css';
import { useOfTeams } from './teams';
import { useWorstServices } from './worst';

type Step = {
  key: string;
  tone: Tone;
  kind: string;
  what: ReactNode;
  sub: string;
};

/** The three next steps that help most, over all services of the person's teams. */
export function ToDo(props: { me: Schemas['Me']; teams: readonly string[] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { me, teams } = props;
  const violations = useOfTeams('violations', teams, (api, team, signal) =>
    value(
      api.GET('/v1/violations', {
        params: { query: { team, state: 'open', limit: 20 } },
        signal,
      }),
    ),
  );
  const actions = useOfTeams(
    'action-items',
    teams,
    (api, team, signal) =>
      value(
        api.GET('/v1/action-items', {
          params: { query: { team, overdue: true, limit: 20 } },
          signal,
        }),
      ),
    { under: ['overdue'] },
  );
  const worst = useWorstServices(teams);
  const waiting = violations.isPending || actions.isPending || worst.isPending;

  const steps = (): Step[] => {
    const unanswered = (violations.data ?? [])
      .filter(v => !v.handling.acknowledgement && !v.handling.dispute)
      .map(v => ({
        key: v.id,
        tone: 'bad' as const,
        kind: t('home.todo.kind.violation'),
        what: (
          <ServiceLink service={v.service.slug}>
            {t('home.todo.violation', {
              service: v.service.slug,
              slo: v.slo.slug,
            })}
          </ServiceLink>
        ),
        sub: t('home.todo.violationSub', {
          clause: v.clause,
          when: ago(v.openedAt),
        }),
      }));
    const overdue = (actions.data ?? [])
      .filter(a => a.owner === me.person?.id)
      .map(a => ({
        key: a.id,
        tone: 'warning' as const,
        kind: t('home.todo.kind.action'),
        what: (
          <IncidentLink incident={a.incident}>
            {t('home.todo.action', { title: a.title })}
          </IncidentLink>
        ),
        sub: t('home.todo.actionSub', {
          service: a.service.slug,
          when: ago(a.dueOn),
        }),
      }));
    const card = worst.data?.scorecard;
    const checks = (worst.data?.services ?? [])
      .filter(s => s.next.length > 0)
      .map(s => {
        const check = card?.checks.find(c => c.id === s.next[0]);
        const said = {
          service: s.name,
          scorecard: card?.name ?? '',
        };
        return {
          key: s.service.id,
          tone: 'info' as const,
          kind: t('home.todo.kind.check'),
          what: card && (
            <CheckLink scorecard={card.slug} check={s.next[0]}>
              {check?.title ?? s.next[0]}
            </CheckLink>
          ),
          sub:
            s.missing > 0
              ? t('home.todo.checkSub', {
                  ...said,
                  missing: t('home.todo.missing', { count: s.missing }),
                })
              : t('home.todo.checkSubTop', said),
        };
      });
    return [...unanswered, ...overdue, ...checks].slice(0, 3);
  };

  const failed = [violations, actions, worst].find(
    read => read.error && read.data === undefined,
  )?.error;
  return (
    <Section title={t('home.todo.title')} note={t('home.todo.note')}>
      {failed && (
        <Trouble
          what={t('home.todo.what')}
          error={failed}
          onRetry={() => {
            violations.refetch();
            actions.refetch();
            worst.refetch();
          }}
        />
      )}
      {!failed && waiting && <Waiting what={t('home.todo.what')} />}
      {!failed && !waiting && <Steps steps={steps()} />}
    </Section>
  );
}

function Steps(props: { steps: readonly Step[] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  if (props.steps.length === 0) {
    return (
      <Nothing title={t('home.todo.none')}>{t('home.todo.noneText')}</Nothing>
    );
  }
  return (
    <ol className={styles.steps} aria-label={t('home.todo.title')}>
      {props.steps.map(step => (
        <li key={step.key}>
          <div>
            <span className={styles.step}>{step.what}</span>
            <span className={styles.stepSub}>{step.sub}</span>
          </div>
          <Word tone={step.tone}>{step.kind}</Word>
        </li>
      ))}
    </ol>
  );
}
