import { value, type Schemas } from '@evenkeel/client';
import {
  ChartFrame,
  Column,
  Columns,
  Key,
  PageTitle,
  Section,
  Shown,
  StackedBar,
  useRead,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { useParams, useSearchParams } from 'react-router-dom';

import { evenkeelTranslationRef } from '../translation';
import { LevelFigures } from './LevelFigures';
import { LevelTrend } from './LevelTrend';
import { TeamSelect } from './MatrixPage';
import { Nav } from './Nav';
import { WorstChecks } from './WorstChecks';
import { outcomeColors, outcomeWords, outcomes } from './outcomes';
import styles from './scorecards.module.css';

/** What a scorecard came to for all services, or those of a team. */
export function ReportPage() {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { scorecard = '' } = useParams();
  const [query, setQuery] = useSearchParams();
  const team = query.get('team') ?? undefined;
  const report = useRead(
    ['scorecards', scorecard, 'report', team, 90],
    (api, signal) =>
      value(
        api.GET('/v1/scorecards/{scorecard}/report', {
          params: { path: { scorecard }, query: { team, days: 90 } },
          signal,
        }),
      ),
  );
  return (
    <>
      <Nav at="report" scorecard={scorecard} />
      <Shown what={t('scorecards.report.what')} read={report}>
        {of => (
          <>
            <PageTitle
              title={of.name}
              actions={
                <TeamSelect
                  team={team}
                  onChange={to => setQuery(to ? { team: to } : {})}
                />
              }
            />
            <Section
              title={t('scorecards.report.levels')}
              note={t('scorecards.report.levelsNote', {
                count: of.now.services,
              })}
            >
              <LevelFigures report={of} />
            </Section>
            <Section>
              <LevelTrend report={of} />
            </Section>
            <Columns even>
              <Column>
                <Section
                  title={t('scorecards.report.worst')}
                  note={t('scorecards.report.worstNote')}
                >
                  <WorstChecks report={of} most={8} />
                </Section>
              </Column>
              <Column>
                <Section>
                  <Categories report={of} />
                </Section>
              </Column>
            </Columns>
          </>
        )}
      </Shown>
    </>
  );
}

/** Results by category, as bars that make the whole. */
export function Categories(props: { report: Schemas['ScorecardReport'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { categories } = props.report;
  const parts = (of: Schemas['ScorecardCategorySums']) =>
    outcomes.map(outcome => ({
      name: t(outcomeWords[outcome]),
      value: of.outcomes[outcome] ?? 0,
      color: outcomeColors[outcome],
    }));
  return (
    <ChartFrame
      title={t('scorecards.report.categories')}
      summary={t('scorecards.report.categoriesNote')}
      table={{
        head: [
          t('scorecards.report.categories'),
          ...outcomes.map(of => t(outcomeWords[of])),
        ],
        rows: categories.map(of => [
          of.category,
          ...parts(of).map(p => p.value),
        ]),
      }}
      legend={outcomes.map(of => (
        <Key key={of} color={outcomeColors[of]} shape="area">
          {t(outcomeWords[of])}
        </Key>
      ))}
    >
      <div className={styles.categories}>
        {categories.map(of => (
          <div key={of.category}>
            <span>{of.category}</span>
            <StackedBar label={of.category} parts={parts(of)} />
          </div>
        ))}
      </div>
    </ChartFrame>
  );
}
