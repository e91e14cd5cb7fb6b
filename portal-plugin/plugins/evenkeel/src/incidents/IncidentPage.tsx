import type { Schemas } from '@evenkeel/client';
import {
  Column,
  Columns,
  Facts,
  Nothing,
  PageTitle,
  RightButton,
  Row,
  Rows,
  Section,
  Shown,
  Waiting,
  Word,
  moment,
  useMe,
} from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { ButtonLink, Link } from '@backstage/ui';
import { useState } from 'react';

import {
  incidentRouteRef,
  incidentsRouteRef,
  postmortemRouteRef,
} from '../routes';
import { useNames } from '../services';
import { evenkeelTranslationRef } from '../translation';
import { ActionItems } from './ActionItems';
import { EditDialog } from './EditDialog';
import { Impact } from './Impact';
import { PlanDialog } from './PlanDialog';
import { StatusDialog } from './StatusDialog';
import { Timeline } from './Timeline';
import {
  severityTones,
  statusTones,
  useActionsOf,
  useIncident,
  useSimilar,
} from './data';
import { useChangeReason } from './rights';

/** An incident: what is known, what was written down, what it cost and what follows. */
export function IncidentPage(props: { incident: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const read = useIncident(props.incident);
  // Nobody is told for a moment that they may not, who may.
  const me = useMe();
  return (
    <Shown what={t('incidents.one')} read={read}>
      {incident =>
        !me.isFetched ? (
          <Waiting what={t('incidents.one')} lines={6} />
        ) : (
          <Known incident={incident} />
        )
      }
    </Shown>
  );
}

function Known(props: { incident: Schemas['Incident'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { incident } = props;
  const name = useNames();
  const list = useRouteRef(incidentsRouteRef);
  const postmortem = useRouteRef(postmortemRouteRef);
  const [changing, setChanging] = useState(false);
  const [editing, setEditing] = useState(false);
  const roles = incident.roles ?? {};
  const reason = useChangeReason(incident.team.slug);
  const when = (at: string | undefined) =>
    at ? moment(at) : t('incidents.facts.notYet');
  const who = (person: string | undefined) =>
    person ? name(person) : t('incidents.facts.nobody');
  return (
    <>
      <PageTitle
        title={incident.title}
        back={{ href: list?.() ?? '', text: t('incidents.back') }}
        meta={
          <>
            <Word tone={severityTones[incident.severity]}>
              {t(`incidents.severity.${incident.severity}`)}
            </Word>
            <Word tone={statusTones[incident.status]}>
              {t(`incidents.status.${incident.status}`)}
            </Word>
            {incident.restricted && (
              <Word tone="info">{t('incidents.restricted')}</Word>
            )}
            {incident.origin && (
              <span>
                {t('incidents.origin', { source: incident.origin.source })}{' '}
                {incident.origin.link && (
                  <Link href={incident.origin.link}>
                    {incident.origin.externalId}
                  </Link>
                )}
              </span>
            )}
          </>
        }
        actions={
          <>
            <RightButton
              reason={reason}
              size="small"
              variant="secondary"
              onPress={() => setChanging(true)}
            >
              {t('incidents.change.act')}
            </RightButton>
            <ButtonLink
              size="small"
              variant="primary"
              href={postmortem?.({ incident: incident.id }) ?? ''}
            >
              {t('incidents.postmortem.open')}
            </ButtonLink>
          </>
        }
      />
      <Columns>
        <Column>
          <Timeline incident={incident.id} reason={reason} />
          <Actions incident={incident} reason={reason} />
          <Impact incident={incident.id} />
        </Column>
        <Column>
          <Section
            title={t('incidents.services.title')}
            actions={
              <RightButton
                reason={reason}
                // It stands at the head of the page.
                said
                size="small"
                variant="secondary"
                onPress={() => setEditing(true)}
              >
                {t('incidents.change.edit')}
              </RightButton>
            }
          >
            <Facts
              facts={[
                ...incident.services.map(
                  s =>
                    [
                      s.service.slug,
                      t(`incidents.services.${s.role}`),
                    ] as const,
                ),
                [t('incidents.facts.team'), incident.team.slug],
                [t('incidents.facts.began'), moment(incident.impactStart)],
                [t('incidents.facts.detected'), when(incident.detectedAt)],
                [t('incidents.facts.mitigated'), when(incident.mitigatedAt)],
                [t('incidents.facts.ended'), when(incident.impactEnd)],
                [t('incidents.facts.resolved'), when(incident.resolvedAt)],
                [t('incidents.facts.commander'), who(roles.commander)],
                [t('incidents.facts.operations'), who(roles.operations)],
                [
                  t('incidents.facts.communications'),
                  who(roles.communications),
                ],
                [t('incidents.facts.scribe'), who(roles.scribe)],
                incident.tags?.length
                  ? [t('incidents.facts.tags'), incident.tags.join(', ')]
                  : undefined,
                incident.customerImpact
                  ? [t('incidents.facts.impact'), incident.customerImpact]
                  : undefined,
              ]}
            />
          </Section>
          <Similar incident={incident.id} />
        </Column>
      </Columns>
      {editing && (
        <EditDialog incident={incident} onClose={() => setEditing(false)} />
      )}
      {changing && (
        <StatusDialog incident={incident} onClose={() => setChanging(false)} />
      )}
    </>
  );
}

function Actions(props: {
  incident: Schemas['Incident'];
  reason: string | undefined;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const [planning, setPlanning] = useState(false);
  const read = useActionsOf(props.incident.id);
  return (
    <Section
      title={t('incidents.actions.title')}
      actions={
        <RightButton
          reason={props.reason}
          size="small"
          variant="secondary"
          onPress={() => setPlanning(true)}
        >
          {t('incidents.actions.plan')}
        </RightButton>
      }
    >
      <Shown what={t('incidents.actions.title')} read={read}>
        {list =>
          list.items?.length ? (
            <ActionItems items={list.items} team={props.incident.team.slug} />
          ) : (
            <Nothing title={t('incidents.actions.none')}>
              {t('incidents.actions.noneText')}
            </Nothing>
          )
        }
      </Shown>
      {planning && (
        <PlanDialog
          incident={props.incident}
          onClose={() => setPlanning(false)}
        />
      )}
    </Section>
  );
}

function Similar(props: { incident: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const read = useSimilar(props.incident);
  const to = useRouteRef(incidentRouteRef);
  return (
    <Section title={t('incidents.similar.title')}>
      <Shown what={t('incidents.similar.title')} read={read}>
        {list =>
          list.items?.length ? (
            <Rows label={t('incidents.similar.title')}>
              {list.items.map(i => (
                <Row
                  key={i.id}
                  sub={t('incidents.similar.common', {
                    what: [
                      ...i.services.map(s => s.slug),
                      ...i.causes,
                      ...i.tags,
                      ...i.words,
                    ].join(', '),
                  })}
                  end={
                    <Word tone={severityTones[i.severity]}>
                      {t(`incidents.severity.${i.severity}`)}
                    </Word>
                  }
                >
                  <Link href={to?.({ incident: i.id }) ?? ''}>{i.title}</Link>
                </Row>
              ))}
            </Rows>
          ) : (
            <Nothing title={t('incidents.similar.none')} />
          )
        }
      </Shown>
    </Section>
  );
}
