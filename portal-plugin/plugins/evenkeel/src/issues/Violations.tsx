import type { Schemas } from '@evenkeel/client';
import {
  DataTable,
  DayField,
  FormDialog,
  LostRace,
  More,
  Nothing,
  RightButton,
  Section,
  Shown,
  Sub,
  ago,
  faultAt,
  refusalOf,
} from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Flex, Link, Radio, RadioGroup, TextAreaField } from '@backstage/ui';
import { useState } from 'react';

import styles from '../incidents/incidents.module.css';
import { sloRouteRef } from '../routes';
import { evenkeelTranslationRef } from '../translation';
import { useHandle, useViolations, type Handling } from './data';

type Asked = { act: Handling['act']; violation: Schemas['Violation'] };

/** Open violations of a service, a team, or all, with what can be done about each. */
export function Violations(props: {
  service?: string;
  team?: string;
  /** Why whoever is signed in does not handle those of a service; undefined where they do. */
  reasonFor: (service: string) => string | undefined;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { service, team, reasonFor } = props;
  const read = useViolations({ service, team });
  const to = useRouteRef(sloRouteRef);
  const [asked, setAsked] = useState<Asked>();
  return (
    <Section title={t('issues.violations.title')}>
      <Shown what={t('issues.violations.title')} read={read}>
        {violations =>
          violations.length > 0 ? (
            <>
              <DataTable
                caption={t('issues.violations.title')}
                head={[
                  t('issues.violations.slo'),
                  t('issues.violations.clause'),
                  t('issues.violations.consumed'),
                  t('issues.violations.opened'),
                  t('issues.violations.handled'),
                  t('issues.violations.actions'),
                ]}
              >
                {violations.map(v => {
                  const reason = reasonFor(v.service.slug);
                  const { acknowledgement, dispute } = v.handling;
                  return (
                    <tr key={v.id}>
                      <th scope="row">
                        <Link
                          href={
                            to?.({
                              service: v.service.slug,
                              slo: v.slo.slug,
                            }) ?? ''
                          }
                        >
                          {v.slo.slug}
                        </Link>
                        <Sub>{v.service.slug}</Sub>
                      </th>
                      <td className={styles.once}>
                        {v.clause}
                        <Sub>
                          {`${v.policy.slug} · ${t(
                            `issues.violations.modes.${v.mode}`,
                          )}`}
                        </Sub>
                      </td>
                      <td>{`${v.evidence.consumedPercent} %`}</td>
                      <td className={styles.once}>{ago(v.openedAt)}</td>
                      <td>
                        {acknowledgement &&
                          t('issues.violations.acknowledged', {
                            by: acknowledgement.by,
                            plan: acknowledgement.plan,
                          })}
                        {dispute && (
                          <Sub>
                            {t('issues.violations.disputed', {
                              by: dispute.by,
                              reason: dispute.reason,
                            })}
                          </Sub>
                        )}
                        {!acknowledgement &&
                          !dispute &&
                          t('issues.violations.unhandled')}
                      </td>
                      <td>
                        <Flex gap="2">
                          <RightButton
                            reason={reason}
                            size="small"
                            variant="secondary"
                            onPress={() =>
                              setAsked({ act: 'acknowledge', violation: v })
                            }
                          >
                            {acknowledgement
                              ? t('issues.violations.replan')
                              : t('issues.violations.acknowledge')}
                          </RightButton>
                          {!dispute && reason === undefined && (
                            <RightButton
                              reason={undefined}
                              size="small"
                              variant="tertiary"
                              onPress={() =>
                                setAsked({ act: 'dispute', violation: v })
                              }
                            >
                              {t('issues.violations.dispute')}
                            </RightButton>
                          )}
                          {dispute && !dispute.ruling && (
                            <RightButton
                              reason={undefined}
                              size="small"
                              variant="tertiary"
                              onPress={() =>
                                setAsked({ act: 'rule', violation: v })
                              }
                            >
                              {t('issues.violations.rule')}
                            </RightButton>
                          )}
                        </Flex>
                      </td>
                    </tr>
                  );
                })}
              </DataTable>
              <More of={read} />
            </>
          ) : (
            <Nothing title={t('issues.violations.none')}>
              {t('issues.violations.noneText')}
            </Nothing>
          )
        }
      </Shown>
      {asked && (
        <HandleDialog asked={asked} onClose={() => setAsked(undefined)} />
      )}
    </Section>
  );
}

function HandleDialog(props: { asked: Asked; onClose: () => void }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { act, violation } = props.asked;
  const [text, setText] = useState('');
  const [dueOn, setDueOn] = useState('');
  const [outcome, setOutcome] = useState<'upheld' | 'void'>('upheld');
  const handle = useHandle(props.onClose);
  const pointer = { acknowledge: '/plan', dispute: '/reason', rule: '/note' }[
    act
  ];
  const label = {
    acknowledge: t('issues.violations.plan'),
    dispute: t('issues.violations.reason'),
    rule: t('issues.violations.note'),
  }[act];
  const refusal = refusalOf(handle.error, [pointer, '/dueOn', '/outcome']);
  const handling = (): Handling => {
    switch (act) {
      case 'acknowledge':
        return { act, plan: text, dueOn };
      case 'dispute':
        return { act, reason: text };
      default:
        return { act: 'rule', outcome, note: text };
    }
  };
  return (
    <FormDialog
      title={t(`issues.violations.${act}Title`)}
      open
      onClose={props.onClose}
      pending={handle.isPending}
      refusal={refusal}
      submit={t(`issues.violations.${act}`)}
      onSubmit={() => handle.mutate({ violation, handling: handling() })}
    >
      <LostRace error={handle.error} onReload={props.onClose} />
      {act === 'rule' && (
        <RadioGroup
          label={t('issues.violations.outcome')}
          orientation="horizontal"
          value={outcome}
          onChange={to => setOutcome(to === 'void' ? 'void' : 'upheld')}
        >
          <Radio value="upheld">{t('issues.violations.upheld')}</Radio>
          <Radio value="void">{t('issues.violations.void')}</Radio>
        </RadioGroup>
      )}
      <TextAreaField
        label={label}
        rows={3}
        value={text}
        onChange={setText}
        {...faultAt(refusal, pointer)}
      />
      {act === 'acknowledge' && (
        <DayField
          label={t('issues.violations.dueOn')}
          value={dueOn}
          onChange={setDueOn}
          fault={refusal.at('/dueOn')}
        />
      )}
    </FormDialog>
  );
}
