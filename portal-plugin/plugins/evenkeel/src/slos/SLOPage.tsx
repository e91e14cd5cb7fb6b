import type { Schemas } from '@evenkeel/client';
import {
  Column,
  Columns,
  Facts,
  Nothing,
  PageBody,
  PageTitle,
  RightButton,
  Section,
  Shown,
  ago,
  day,
  moment,
} from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert } from '@backstage/ui';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';

import { Kept } from '../kept/Kept';
import { useKept } from '../kept/data';
import { editSLORouteRef, slosRouteRef } from '../routes';
import { ServiceLink } from '../scorecards/links';
import { evenkeelTranslationRef } from '../translation';
import { Alerts, BurnRates } from './Alerts';
import { BigFigures } from './BigFigures';
import { BurnDown } from './BurnDown';
import { Collected } from './Collected';
import { Corrections } from './Corrections';
import { Groups } from './Groups';
import { LifeDialog } from './LifeDialog';
import { Proposals } from './Proposals';
import { Revisions } from './Revisions';
import { Standings } from './Standings';
import { Sureness } from './Sureness';
import { StateWord } from './StateWord';
import { useSLO, useStatus } from './data';
import { useRight } from './rights';
import styles from './slos.module.css';
import { pushSnippet, useWindowWords } from './words';

/** All there is to know of an SLO. */
export function SLOPage(props: { service: string; slo: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const slo = useSLO(props);
  return (
    <PageBody>
      <Shown what={t('slos.page.what')} read={slo}>
        {found => <Found slo={found.value} etag={found.etag} />}
      </Shown>
    </PageBody>
  );
}

function Found(props: { slo: Schemas['SLO']; etag: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { slo, etag } = props;
  const of = { service: slo.service.slug, slo: slo.slug };
  const status = useStatus(of);
  const outlook = useOutlook();
  return (
    <>
      <Title slo={slo} etag={etag} status={status.data} />
      <Kept kind="SLO" of={slo} />
      <Shown what={t('slos.page.what')} read={status}>
        {s => (
          <>
            <Section title={t('slos.page.now')} note={outlook(s)}>
              <div className={styles.stack}>
                {slo.stale && s.latest && (
                  <Alert
                    icon
                    status="warning"
                    title={t('slos.page.staleTitle')}
                    description={t('slos.page.staleText', {
                      when: `${moment(s.latest)} (${ago(s.latest)})`,
                    })}
                  />
                )}
                <BigFigures slo={slo} status={s} />
              </div>
            </Section>
            {s.latest === null ? (
              <Section title={t('slos.burnDown.title')}>
                <Nothing
                  title={t('slos.noData.title')}
                  snippet={
                    slo.indicator.source
                      ? undefined
                      : pushSnippet(of.service, of.slo)
                  }
                >
                  {t(
                    slo.indicator.source
                      ? 'slos.noData.read'
                      : 'slos.noData.pushed',
                  )}
                </Nothing>
              </Section>
            ) : (
              <Section>
                <BurnDown of={of} name={slo.name} />
              </Section>
            )}
            <Standings slo={slo} status={s} />
            <Proposals slo={slo} />
            <Columns>
              <Column>
                <BurnRates of={of} status={s} />
                <Alerts of={of} />
                {slo.indicator.groupBy && (
                  <Groups of={of} groupBy={slo.indicator.groupBy} />
                )}
                <Corrections of={of} uncorrected={s.uncorrected} />
                <Revisions of={of} />
              </Column>
              <Column>
                <Promised slo={slo} />
                <Sureness slo={slo} status={s} />
                {slo.indicator.source?.dataSource && <Collected of={of} />}
              </Column>
            </Columns>
          </>
        )}
      </Shown>
    </>
  );
}

// What the burn of the last day says, in a sentence.
function useOutlook() {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  return (status: Schemas['SLOStatus']): string => {
    if (status.outlook === 'within' && status.projectedExhaustionAt) {
      return t('slos.outlook.within', {
        when: `${moment(status.projectedExhaustionAt)} (${ago(
          status.projectedExhaustionAt,
        )})`,
      });
    }
    return t(
      status.outlook === 'within'
        ? 'slos.outlook.unknown'
        : `slos.outlook.${status.outlook}`,
    );
  };
}

function Title(props: {
  slo: Schemas['SLO'];
  etag: string;
  status: Schemas['SLOStatus'] | undefined;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { slo, etag, status } = props;
  const [act, setAct] = useState<'retire' | 'restore'>();
  const list = useRouteRef(slosRouteRef);
  const edit = useRouteRef(editSLORouteRef);
  const navigate = useNavigate();
  const { may, reason } = useRight(slo.service.slug);
  const retired = slo.retiredAt !== null;
  const kept = useKept(slo);
  return (
    <>
      <PageTitle
        title={slo.name}
        back={list && { href: list(), text: t('slos.list.title') }}
        meta={
          <>
            <ServiceLink service={slo.service.slug} />
            <StateWord
              state={status?.state ?? slo.state}
              stale={slo.stale && status?.latest !== null}
              retired={retired}
            />
            {status?.latest && (
              <span>{t('slos.page.latest', { when: ago(status.latest) })}</span>
            )}
          </>
        }
        actions={
          <>
            {!retired && (
              <RightButton
                variant="primary"
                reason={kept ?? reason}
                isDisabled={!may}
                onPress={() =>
                  edit &&
                  navigate(edit({ service: slo.service.slug, slo: slo.slug }))
                }
              >
                {t('slos.page.edit')}
              </RightButton>
            )}
            <RightButton
              variant="secondary"
              // Of two that are refused for the same reason, the first one says it.
              reason={retired ? reason : kept}
              said={!retired}
              isDisabled={!may}
              onPress={() => setAct(retired ? 'restore' : 'retire')}
            >
              {t(retired ? 'slos.life.restore' : 'slos.life.retire')}
            </RightButton>
          </>
        }
      />
      {act && (
        <LifeDialog
          slo={slo}
          etag={etag}
          act={act}
          onClose={() => setAct(undefined)}
        />
      )}
    </>
  );
}

// What was promised, and what counts as good.
function Promised(props: { slo: Schemas['SLO'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { slo } = props;
  const windowOf = useWindowWords();
  const { budgeting, indicator } = slo;
  return (
    <Section title={t('slos.promise.title')} note={slo.description}>
      <Facts
        facts={[
          [t('slos.promise.kind'), t(`slos.kind.${indicator.category}`)],
          [t('slos.promise.good'), indicator.description || t('slos.none')],
          [
            t('slos.figures.objective'),
            `${slo.objective.replace(/%$/, ' %')}, ${windowOf(slo)}`,
          ],
          ...slo.furtherObjectives.map(
            g =>
              [
                g.name,
                `${g.objective.replace(/%$/, ' %')}, ${windowOf(g)}`,
              ] as const,
          ),
          [t('slos.promise.budget'), t(`slos.method.${budgeting.method}`)],
          [
            t('slos.promise.source'),
            indicator.source?.dataSource?.slug ??
              t(indicator.source ? 'slos.promise.otlp' : 'slos.promise.pushed'),
          ],
          [t('slos.promise.why'), slo.rationale || t('slos.none')],
          [t('slos.promise.reviewer'), slo.reviewer || t('slos.none')],
          [
            t('slos.promise.review'),
            slo.reviewBy ? day(slo.reviewBy) : t('slos.promise.noReview'),
          ],
          [
            t('slos.promise.policies'),
            t(`slos.enforcement.${slo.enforcement}`),
          ],
        ]}
      />
    </Section>
  );
}
