import type { Schemas } from '@evenkeel/client';
import {
  EvenkeelRoot,
  Nothing,
  Row,
  Rows,
  Shown,
  percent,
} from '@evenkeel/plugin-evenkeel-react';
import {
  SERVICE_ANNOTATION,
  serviceOf,
} from '@evenkeel/plugin-evenkeel-common';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { useEntity } from '@backstage/plugin-catalog-react';
import { Card, CardBody, CardHeader, Text } from '@backstage/ui';
import type { ReactNode } from 'react';

import { SLOLink } from '../scorecards/links';
import { StateWord } from '../slos/StateWord';
import { useSLOs, useStatus } from '../slos/data';
import { evenkeelTranslationRef } from '../translation';
import { ActionRows, IncidentRows } from './Incidents';
import { ScorecardsInShort } from './Scorecards';
import { useKnown } from './data';
import styles from './service.module.css';

/** The SLOs of the service that an entity is. */
export function SLOsCard() {
  return (
    <OfEntity title="slos">{slug => <SLOsInShort service={slug} />}</OfEntity>
  );
}

/** The levels that the service has reached that an entity is. */
export function ScorecardCard() {
  return (
    <OfEntity title="scorecard">
      {slug => <ScorecardsInShort service={slug} />}
    </OfEntity>
  );
}

/** The incidents of the service that an entity is, and what follows from them. */
export function IncidentsCard() {
  return (
    <OfEntity title="incidents">
      {slug => (
        <div className={styles.stack}>
          <IncidentRows service={slug} />
          <Open service={slug} />
        </div>
      )}
    </OfEntity>
  );
}

function Open(props: { service: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  return (
    <div className={styles.rung}>
      <Text as="h3" variant="body-medium" weight="bold">
        {t('service.actions.title')}
      </Text>
      <ActionRows {...props} />
    </div>
  );
}

function OfEntity(props: {
  title: 'slos' | 'scorecard' | 'incidents';
  children: (slug: string) => ReactNode;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  return (
    <EvenkeelRoot>
      <Card>
        <CardHeader>
          <Text as="h2" variant="title-x-small" weight="bold">
            {t(`service.cards.${props.title}`)}
          </Text>
        </CardHeader>
        <CardBody className={styles.inCard}>
          <Known snippet={props.title === 'slos'}>{props.children}</Known>
        </CardBody>
      </Card>
    </EvenkeelRoot>
  );
}

function Known(props: {
  /** One card of the three has the annotation to copy. */
  snippet: boolean;
  children: (slug: string) => ReactNode;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { entity } = useEntity();
  const slug = serviceOf(entity);
  const service = useKnown(slug);
  return (
    <Shown what={t('service.what')} read={service}>
      {found =>
        found ? (
          props.children(slug)
        ) : (
          <Nothing
            title={t('service.unregistered.title', { slug })}
            snippet={
              props.snippet ? `${SERVICE_ANNOTATION}: ${slug}` : undefined
            }
          >
            {t('service.unregistered.inShort')}
          </Nothing>
        )
      }
    </Shown>
  );
}

function SLOsInShort(props: { service: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const slos = useSLOs({ service: props.service });
  return (
    <Shown what={t('slos.list.title')} read={slos}>
      {found =>
        found.length === 0 ? (
          <Nothing title={t('service.slos.none')} />
        ) : (
          <Rows label={t('slos.list.title')}>
            {found.map(slo => (
              <InShort key={slo.id} slo={slo} />
            ))}
          </Rows>
        )
      }
    </Shown>
  );
}

function InShort(props: { slo: Schemas['SLO'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { slo } = props;
  const of = { service: slo.service.slug, slo: slo.slug };
  const status = useStatus(of);
  const left = status.data?.window.remaining;
  const objective = slo.objective.replace(/%$/, ' %');
  return (
    <Row
      sub={
        status.data
          ? t('service.slos.short', {
              objective,
              left:
                typeof left === 'number'
                  ? percent(left, 1)
                  : t('service.unknown'),
            })
          : objective
      }
      end={<StateWord state={slo.state} stale={slo.stale} />}
    >
      <SLOLink {...of}>{slo.name}</SLOLink>
    </Row>
  );
}
