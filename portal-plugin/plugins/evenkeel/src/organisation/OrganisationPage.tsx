import { value, type Schemas } from '@evenkeel/client';
import {
  EvenkeelRoot,
  Nothing,
  PageBody,
  PageTitle,
  Section,
  Shown,
  useRead,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, Select } from '@backstage/ui';
import { RiPrinterLine } from '@remixicon/react';
import { useSearchParams } from 'react-router-dom';

import { LevelFigures } from '../scorecards/LevelFigures';
import { LevelTrend } from '../scorecards/LevelTrend';
import { WorstChecks } from '../scorecards/WorstChecks';
import { useScorecards } from '../scorecards/cards';
import { evenkeelTranslationRef } from '../translation';
import { Drift } from './Drift';
import { OverviewFigures } from './OverviewFigures';
import { Reports } from './Reports';
import { Systems } from './Systems';
import { Teams } from './Teams';

/** The report of the organisation, for who leads it. */
export function OrganisationPage() {
  return (
    <EvenkeelRoot>
      <PageBody>
        <Organisation />
      </PageBody>
    </EvenkeelRoot>
  );
}

function Organisation() {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const [query, setQuery] = useSearchParams();
  const overview = useRead(['overview'], (api, signal) =>
    value(api.GET('/v1/overview', { signal })),
  );
  const cards = useScorecards();
  const chosen =
    cards.data?.find(card => card.slug === query.get('scorecard')) ??
    cards.data?.[0];
  return (
    <>
      <PageTitle
        title={t('organisation.title')}
        meta={<span>{t('organisation.note')}</span>}
        actions={
          <>
            {(cards.data?.length ?? 0) > 1 && (
              <Select
                aria-label={t('organisation.card')}
                size="small"
                selectionMode="single"
                value={chosen?.slug ?? null}
                onChange={to => setQuery({ scorecard: String(to) })}
                options={(cards.data ?? []).map(card => ({
                  id: card.slug,
                  label: card.name,
                }))}
              />
            )}
            <Button
              variant="secondary"
              size="small"
              iconStart={<RiPrinterLine />}
              onPress={() => window.print()}
            >
              {t('organisation.print')}
            </Button>
          </>
        }
      />
      <Section
        title={t('organisation.slos.title')}
        note={t('organisation.slos.note')}
      >
        <Shown what={t('organisation.slos.what')} read={overview}>
          {found => <OverviewFigures overview={found} />}
        </Shown>
      </Section>
      <Shown what={t('organisation.levels.what')} read={cards}>
        {() =>
          chosen ? (
            <ByScorecard card={chosen} />
          ) : (
            <Section>
              <Nothing title={t('organisation.levels.noCard')}>
                {t('organisation.levels.noCardText')}
              </Nothing>
            </Section>
          )
        }
      </Shown>
      <Reports />
      <Drift />
    </>
  );
}

function ByScorecard(props: { card: Schemas['Scorecard'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { card } = props;
  const report = useRead(
    ['scorecards', card.slug, 'report', undefined, 90],
    (api, signal) =>
      value(
        api.GET('/v1/scorecards/{scorecard}/report', {
          params: { path: { scorecard: card.slug }, query: { days: 90 } },
          signal,
        }),
      ),
  );
  return (
    <Shown what={t('organisation.levels.what')} read={report}>
      {of => (
        <>
          <Section
            title={t('organisation.levels.title', { scorecard: of.name })}
          >
            <LevelFigures report={of} />
          </Section>
          <Section>
            <LevelTrend report={of} />
          </Section>
          <Teams report={of} />
          <Systems scorecard={card.slug} />
          <Section title={t('organisation.worst')}>
            <WorstChecks report={of} most={6} />
          </Section>
        </>
      )}
    </Shown>
  );
}
