import type { Schemas } from '@evenkeel/client';
import {
  Facts,
  Figures,
  PageBody,
  PageTitle,
  Section,
  Shown,
  ago,
  percent,
} from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';

import { slosRouteRef } from '../routes';
import { evenkeelTranslationRef } from '../translation';
import { CompositeBurnDown } from './CompositeBurnDown';
import { CompositeMembers } from './CompositeMembers';
import { StateWord } from './StateWord';
import { useComposite, useCompositeStatus } from './composites';
import { useWindowWords } from './words';

/** All there is to know of a composite SLO: its budget, and which member spends it. */
export function CompositePage(props: { composite: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const composite = useComposite(props.composite);
  return (
    <PageBody>
      <Shown what={t('slos.page.what')} read={composite}>
        {found => <Found composite={found} />}
      </Shown>
    </PageBody>
  );
}

function Found(props: { composite: Schemas['Composite'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { composite } = props;
  const list = useRouteRef(slosRouteRef);
  const status = useCompositeStatus(composite.slug);
  const windowOf = useWindowWords();
  const share = (of: number | null, digits: number) =>
    of === null ? t('slos.unknown') : percent(of, digits);
  return (
    <>
      <PageTitle
        title={composite.name}
        back={list && { href: list(), text: t('slos.list.title') }}
        meta={
          <>
            <span>
              {t('slos.composite.ofWhat', {
                what: composite.journey?.name ?? composite.system?.slug ?? '',
              })}
            </span>
            <StateWord
              state={status.data?.state ?? composite.state}
              stale={composite.stale && status.data?.latest !== null}
              retired={composite.retiredAt !== null}
            />
            {status.data?.latest && (
              <span>
                {t('slos.page.latest', { when: ago(status.data.latest) })}
              </span>
            )}
          </>
        }
      />
      <Shown what={t('slos.page.what')} read={status}>
        {s => (
          <>
            <Section title={t('slos.page.now')} note={composite.description}>
              <Figures
                figures={[
                  {
                    name: t('slos.figures.objective'),
                    value: composite.objective
                      ? composite.objective.replace(/%$/, ' %')
                      : t('slos.composite.members'),
                    note: windowOf(composite),
                  },
                  ...(composite.method === 'occurrences'
                    ? []
                    : [
                        {
                          name: t('slos.figures.sli'),
                          value: share(s.sli, 3),
                        },
                      ]),
                  {
                    name: t('slos.figures.budget'),
                    value: share(s.remaining, 1),
                  },
                ]}
              />
            </Section>
            <CompositeMembers status={s} />
            <CompositeBurnDown
              composite={composite.slug}
              name={composite.name}
            />
            <Section title={t('slos.promise.title')}>
              <Facts
                facts={[
                  [
                    t('slos.promise.budget'),
                    t(`slos.composite.method.${composite.method}`),
                  ],
                  [t('slos.list.team'), composite.team.slug],
                  [
                    t('slos.promise.why'),
                    composite.rationale || t('slos.none'),
                  ],
                ]}
              />
            </Section>
          </>
        )}
      </Shown>
    </>
  );
}
