import type { Schemas } from '@evenkeel/client';
import {
  DataTable,
  More,
  Nothing,
  Refused,
  RightButton,
  Section,
  Shown,
  day,
  number,
  refusalOf,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { useState } from 'react';

import { evenkeelTranslationRef } from '../translation';
import { useAutomations, useWithdraw } from './data';
import styles from './toil.module.css';

/** What a program sends each day that it did something; the rest of the line is its own. */
const snippet = (team: string) =>
  `curl -X POST "$EVENKEEL_URL/v1/teams/${team}/toil/automations" \\
  -H "Authorization: Bearer $EVENKEEL_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{"name": "restart-worker", "category": "production_interrupts",
       "day": "2026-11-28", "count": 4, "minutesEach": 12.5}'`;

/** What automation did instead of people, and each day that it reported. */
export function Credits(props: {
  team: string;
  member: boolean;
  credits: readonly Schemas['ToilCredit'][];
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { team, member, credits } = props;
  const [open, setOpen] = useState(false);
  return (
    <Section title={t('toil.credits.title')} note={t('toil.credits.summary')}>
      {credits.length === 0 ? (
        <Nothing title={t('toil.credits.none')} snippet={snippet(team)}>
          {t('toil.credits.noneText')}
        </Nothing>
      ) : (
        <>
          <DataTable
            caption={t('toil.credits.title')}
            head={[
              t('toil.credits.what'),
              t('toil.credits.times'),
              t('toil.credits.hours'),
            ]}
          >
            {credits.map(c => (
              <tr key={`${c.name} ${c.service?.id}`}>
                <th scope="row">
                  {c.name}
                  <span className={styles.sub}>{c.service?.slug}</span>
                </th>
                <td className={styles.number}>{number(c.count, 0)}</td>
                <td className={styles.number}>
                  {t('toil.units.hours', { hours: number(c.hours) })}
                </td>
              </tr>
            ))}
          </DataTable>
          <details
            className={styles.more}
            onToggle={event => setOpen(event.currentTarget.open)}
          >
            <summary>{t('toil.credits.days')}</summary>
            {open && <Reported team={team} member={member} />}
          </details>
        </>
      )}
    </Section>
  );
}

function Reported(props: { team: string; member: boolean }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { team, member } = props;
  const automations = useAutomations(team);
  const withdraw = useWithdraw(team);
  return (
    <>
      <Refused refusal={refusalOf(withdraw.error, [])} />
      <Shown what={t('toil.credits.days')} read={automations}>
        {found => (
          <DataTable
            caption={t('toil.credits.days')}
            head={[
              t('toil.entries.day'),
              t('toil.credits.what'),
              t('toil.credits.times'),
              t('toil.credits.each'),
              t('toil.entries.actions'),
            ]}
          >
            {found.map(of => (
              <tr key={of.id}>
                <th scope="row" className={styles.number}>
                  {day(of.day)}
                </th>
                <td>
                  {of.name}
                  <span className={styles.sub}>
                    {t('toil.credits.by', { by: of.createdBy })}
                  </span>
                </td>
                <td className={styles.number}>{number(of.count, 0)}</td>
                <td className={styles.number}>
                  {t('toil.units.minutes', {
                    minutes: number(of.minutesEach),
                  })}
                </td>
                <td>
                  <RightButton
                    size="small"
                    variant="tertiary"
                    destructive
                    reason={
                      member ? undefined : t('toil.first.members', { team })
                    }
                    isPending={
                      withdraw.isPending && withdraw.variables === of.id
                    }
                    onPress={() => withdraw.mutate(of.id)}
                  >
                    {t('toil.credits.withdraw')}
                  </RightButton>
                </td>
              </tr>
            ))}
          </DataTable>
        )}
      </Shown>
      <More of={automations} />
    </>
  );
}
