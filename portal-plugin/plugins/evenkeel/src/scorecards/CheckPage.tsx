import { value, type Schemas } from '@evenkeel/client';
import {
  ChartFrame,
  Column,
  Columns,
  Donut,
  Facts,
  Key,
  More,
  Nothing,
  PageTitle,
  Row,
  Rows,
  Section,
  Shown,
  StackedArea,
  Sub,
  day,
  usePages,
  useRead,
} from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Link } from '@backstage/ui';
import { useParams } from 'react-router-dom';

import { scorecardRouteRef } from '../routes';
import { evenkeelTranslationRef } from '../translation';
import { Exemptions } from './ExemptionsPage';
import { Nav } from './Nav';
import { OutcomeWord } from './OutcomeWord';
import { Prose } from './Prose';
import { To } from './links';
import {
  outcomeColors,
  outcomeWords,
  outcomes,
  type Outcome,
} from './outcomes';
import styles from './scorecards.module.css';

/** A check: how services stand by it, now and over time, why it is asked, and how it is fixed. */
export function CheckPage() {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { scorecard = '', check = '' } = useParams();
  const report = useRead(
    ['scorecards', scorecard, 'checks', check],
    (api, signal) =>
      value(
        api.GET('/v1/scorecards/{scorecard}/checks/{check}', {
          params: { path: { scorecard, check }, query: { days: 90 } },
          signal,
        }),
      ),
  );
  return (
    <>
      <Nav at="services" />
      <Shown what={t('scorecards.check.what')} read={report}>
        {of => <Check report={of} />}
      </Shown>
    </>
  );
}

function Check(props: { report: Schemas['ScorecardCheckReport'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { report } = props;
  const { check, scorecard } = report;
  const href = useRouteRef(scorecardRouteRef)?.({ scorecard: scorecard.slug });
  const parts = outcomes.map(of => ({
    name: t(outcomeWords[of]),
    value: report.outcomes[of] ?? 0,
    color: outcomeColors[of],
  }));
  const total = parts.reduce((sum, p) => sum + p.value, 0);
  return (
    <>
      <PageTitle
        title={check.title}
        back={href ? { href, text: t('scorecards.check.back') } : undefined}
        meta={
          <>
            <span>{check.category}</span>
            <span>{check.level}</span>
            <span>
              {check.tier
                ? t('scorecards.check.tier', { tier: String(check.tier) })
                : t('scorecards.check.allTiers')}
            </span>
            <span>
              {t('scorecards.check.weight', {
                weight: String(check.weight ?? 1),
              })}
            </span>
            {check.effectiveFrom && (
              <span>
                {t('scorecards.check.effective', {
                  day: day(check.effectiveFrom),
                })}
              </span>
            )}
          </>
        }
      />
      {report.problem && (
        <Alert
          role="alert"
          icon
          status="danger"
          title={t('scorecards.check.problem', { problem: report.problem })}
        />
      )}
      <Columns>
        <Column>
          <Section
            title={t('scorecards.check.now')}
            note={
              total > 0
                ? t('scorecards.check.nowNote', {
                    notPassing: String(report.notPassing),
                    counting: String(report.counting),
                  })
                : t('scorecards.check.noneJudged')
            }
          >
            <Donut
              label={t('scorecards.check.now')}
              parts={parts}
              middle={String(total)}
            />
          </Section>
          <Section>
            <History report={report} />
          </Section>
          <Failing scorecard={scorecard.slug} check={check.id} />
          <Excused scorecard={scorecard.slug} check={check.id} />
        </Column>
        <Column>
          {check.why && (
            <Section title={t('scorecards.check.why')}>
              <Prose text={check.why} />
              {(check.links ?? []).map(link => (
                <p key={link.url}>
                  <Link href={link.url}>{link.title}</Link>
                </p>
              ))}
            </Section>
          )}
          {check.fix && (
            <Section
              title={t('scorecards.check.fix')}
              note={t('scorecards.check.fixNote')}
            >
              <Prose text={check.fix} />
            </Section>
          )}
          <Section title={t('scorecards.check.condition')}>
            <pre className={styles.code}>{check.passes}</pre>
            {check.appliesTo && (
              <>
                <p className={styles.absent}>
                  {t('scorecards.check.appliesTo')}
                </p>
                <pre className={styles.code}>{check.appliesTo}</pre>
              </>
            )}
            {check.parameters && (
              <Facts
                facts={Object.entries(check.parameters).map(([name, of]) => [
                  name,
                  String(of),
                ])}
              />
            )}
          </Section>
          <Section title={t('scorecards.check.facts')}>
            {report.facts.length === 0 ? (
              <Sub>{t('scorecards.check.nothingKnown')}</Sub>
            ) : (
              <Rows label={t('scorecards.check.facts')}>
                {report.facts.map(fact => (
                  <Row
                    key={fact.name}
                    sub={
                      <>
                        {fact.doc}{' '}
                        {fact.by === 'given'
                          ? `(${t('scorecards.check.given')})`
                          : `(${t('scorecards.check.by', { by: fact.by })})`}
                      </>
                    }
                  >
                    <code>{fact.name}</code>
                  </Row>
                ))}
              </Rows>
            )}
          </Section>
        </Column>
      </Columns>
    </>
  );
}

function History(props: { report: Schemas['ScorecardCheckReport'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { trend } = props.report;
  // Those that pass are the ground on which the others stand.
  const layers = [...outcomes].reverse().map(of => ({
    outcome: of,
    name: t(outcomeWords[of]),
    color: outcomeColors[of],
  }));
  if (trend.length === 0) {
    return (
      <Nothing title={t('scorecards.report.noTrend')}>
        {t('scorecards.report.noTrendText')}
      </Nothing>
    );
  }
  return (
    <ChartFrame
      title={t('scorecards.check.history')}
      summary={t('scorecards.check.historySummary')}
      table={{
        head: [t('scorecards.report.day'), ...layers.map(l => l.name)],
        rows: trend.map(d => [
          day(d.day),
          ...layers.map(l => d.outcomes[l.outcome] ?? 0),
        ]),
      }}
      legend={layers.map(l => (
        <Key key={l.name} color={l.color} shape="area">
          {l.name}
        </Key>
      ))}
    >
      <StackedArea
        label={t('scorecards.check.history')}
        layers={layers}
        days={trend.map(d => ({
          at: new Date(d.day),
          counts: Object.fromEntries(
            layers.map(l => [l.name, d.outcomes[l.outcome] ?? 0]),
          ),
        }))}
      />
    </ChartFrame>
  );
}

function Failing(props: { scorecard: string; check: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { scorecard, check } = props;
  const card = useRouteRef(scorecardRouteRef)?.({ scorecard });
  const failing = usePages(
    ['scorecards', scorecard, 'services', 'failing', check],
    (api, after, signal) =>
      value(
        api.GET('/v1/scorecards/{scorecard}/services', {
          params: {
            path: { scorecard },
            query: { check, outcome: 'not_passing', limit: 20, after },
          },
          signal,
        }),
      ),
  );
  return (
    <Section title={t('scorecards.check.failing')}>
      <Shown what={t('scorecards.check.failingWhat')} read={failing}>
        {found =>
          found.length === 0 ? (
            <Nothing title={t('scorecards.check.allPass')}>
              {t('scorecards.check.allPassText')}
            </Nothing>
          ) : (
            <Rows label={t('scorecards.check.failing')}>
              {found.map(s => (
                <Row
                  key={s.service.id}
                  sub={`${s.team.slug} · ${t('scorecards.matrix.tier', {
                    tier: String(s.tier),
                  })}`}
                  end={<OutcomeWord outcome={s.checks[check] as Outcome} />}
                >
                  <To
                    href={
                      card &&
                      `${card}?service=${encodeURIComponent(s.service.slug)}`
                    }
                  >
                    {s.name}
                  </To>
                </Row>
              ))}
            </Rows>
          )
        }
      </Shown>
      <More of={failing} />
    </Section>
  );
}

function Excused(props: { scorecard: string; check: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { scorecard, check } = props;
  const exemptions = usePages(
    ['exemptions', 'in_force', 'of', scorecard],
    (api, after, signal) =>
      value(
        api.GET('/v1/exemptions', {
          params: {
            query: { scorecard, state: 'in_force', limit: 200, after },
          },
          signal,
        }),
      ),
    { all: true },
  );
  return (
    <Section title={t('scorecards.check.exemptions')}>
      <Exemptions
        title={t('scorecards.check.exemptions')}
        read={exemptions}
        only={e => e.check === check}
        none={<Sub>{t('scorecards.check.noExemptions')}</Sub>}
        ofCheck
      />
    </Section>
  );
}
