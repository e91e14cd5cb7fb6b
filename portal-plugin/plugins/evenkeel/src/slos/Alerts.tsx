import type { Schemas } from '@evenkeel/client';
import {
  DataTable,
  More,
  Nothing,
  RightButton,
  Row,
  Rows,
  Section,
  Shown,
  Word,
  duration,
  moment,
  number,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { useState } from 'react';

import { ReasonDialog } from '../ReasonDialog';
import { evenkeelTranslationRef } from '../translation';
import { Explain } from './Explain';
import { useAcknowledgeAlert } from './acts';
import { useAlerts, type Name } from './data';
import { useRight } from './rights';
import styles from './slos.module.css';

/** How fast the budget burns, and which pairs of windows put the SLO at risk. */
export function BurnRates(props: { of: Name; status: Schemas['SLOStatus'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { of, status } = props;
  const rate = (r: number | null) =>
    r === null
      ? t('slos.unknown')
      : t('slos.list.times', { rate: number(r, 2) });
  return (
    <Section title={t('slos.burn.title')} note={t('slos.burn.note')}>
      <div className={styles.stack}>
        <dl className={styles.smallFigures}>
          {status.burn.map(b => (
            <div key={b.lookback}>
              <dt>{t('slos.burn.last', { lookback: b.lookback })}</dt>
              <dd>
                <Explain
                  of={of}
                  what={t('slos.burn.last', { lookback: b.lookback })}
                  figures={[`burn.${b.lookback}`]}
                >
                  <strong>{rate(b.rate)}</strong>
                </Explain>
              </dd>
            </div>
          ))}
        </dl>
        <DataTable
          caption={t('slos.burn.pairs')}
          head={[
            t('slos.burn.pair'),
            t('slos.burn.severity'),
            t('slos.burn.factor'),
            t('slos.burn.rates'),
            t('slos.list.state'),
          ]}
        >
          {status.alerts.map(a => (
            <tr key={`${a.long}/${a.short}`}>
              <th scope="row">{`${a.long} / ${a.short}`}</th>
              <td>{t(`slos.severity.${a.severity}`)}</td>
              <td className={styles.number}>
                <Explain
                  of={of}
                  what={`${a.long}/${a.short}`}
                  figures={[`alert.${a.long}/${a.short}`]}
                >
                  {t('slos.list.times', { rate: number(a.factor, 2) })}
                </Explain>
              </td>
              <td className={styles.number}>
                {`${rate(a.longRate)} / ${rate(a.shortRate)}`}
              </td>
              <td>
                <Pair pair={a} />
              </td>
            </tr>
          ))}
        </DataTable>
      </div>
    </Section>
  );
}

function Pair(props: { pair: Schemas['BurnPair'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { pair } = props;
  if (!pair.reachable) {
    return <Word tone="info">{t('slos.burn.unreachable')}</Word>;
  }
  if (pair.firing) {
    return <Word tone="bad">{t('slos.burn.firing')}</Word>;
  }
  if (pair.longRate === null || pair.shortRate === null) {
    return <Word tone="unknown">{t('slos.unknown')}</Word>;
  }
  return <Word tone="good">{t('slos.burn.quiet')}</Word>;
}

/** The alerts of an SLO, the newest first. */
export function Alerts(props: { of: Name }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const alerts = useAlerts(props.of);
  const { may, reason } = useRight(props.of.service);
  const [acknowledging, setAcknowledging] = useState<string>();
  return (
    <Section title={t('slos.alerts.title')}>
      {acknowledging && (
        <Acknowledge
          alert={acknowledging}
          onClose={() => setAcknowledging(undefined)}
        />
      )}
      <Shown what={t('slos.alerts.title')} read={alerts}>
        {found =>
          found.length === 0 ? (
            <Nothing title={t('slos.alerts.none')}>
              {t('slos.alerts.noneText')}
            </Nothing>
          ) : (
            <>
              <Rows label={t('slos.alerts.title')}>
                {found.map(a => (
                  <Row
                    key={a.id}
                    sub={
                      <>
                        {a.endedAt
                          ? t('slos.alerts.lasted', {
                              when: moment(a.startedAt),
                              length: duration(
                                (+new Date(a.endedAt) -
                                  +new Date(a.startedAt)) /
                                  1000,
                              ),
                            })
                          : t('slos.alerts.since', {
                              when: moment(a.startedAt),
                            })}
                        {a.acknowledgement &&
                          ` · ${t('slos.alerts.acknowledged', {
                            who: a.acknowledgement.by,
                            note:
                              a.acknowledgement.note || t('slos.alerts.seen'),
                          })}`}
                      </>
                    }
                    end={
                      a.open ? (
                        <>
                          {!a.acknowledgement && (
                            <RightButton
                              size="small"
                              variant="secondary"
                              isDisabled={!may}
                              reason={reason}
                              onPress={() => setAcknowledging(a.id)}
                            >
                              {t('slos.alerts.acknowledge')}
                            </RightButton>
                          )}
                          <Word
                            tone={a.severity === 'page' ? 'bad' : 'warning'}
                          >
                            {t('slos.alerts.open')}
                          </Word>
                        </>
                      ) : (
                        <Word tone="good">{t('slos.alerts.ended')}</Word>
                      )
                    }
                  >
                    {a.kind === 'absent'
                      ? t('slos.alerts.lineAbsent', {
                          severity: t(`slos.severity.${a.severity}`),
                        })
                      : t('slos.alerts.line', {
                          severity: t(`slos.severity.${a.severity}`),
                          kind: a.kind,
                          peak:
                            a.peakRate === null
                              ? t('slos.unknown')
                              : number(a.peakRate, 1),
                        })}
                  </Row>
                ))}
              </Rows>
              <More of={alerts} />
            </>
          )
        }
      </Shown>
    </Section>
  );
}

function Acknowledge(props: { alert: string; onClose: () => void }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const acknowledge = useAcknowledgeAlert(props.alert);
  return (
    <ReasonDialog
      title={t('slos.alerts.acknowledgeTitle')}
      text={t('slos.alerts.acknowledgeText')}
      submit={t('slos.alerts.acknowledge')}
      label={t('slos.alerts.note')}
      pointer="/note"
      error={acknowledge.error}
      pending={acknowledge.isPending}
      onSubmit={note => acknowledge.mutate(note, { onSuccess: props.onClose })}
      onClose={props.onClose}
    />
  );
}
