import {
  More,
  Nothing,
  Row,
  Rows,
  Section,
  Shown,
  Word,
  ago,
  day,
} from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';

import { statusTones } from '../incidents/data';
import { IssueTitle } from '../issues/IssueTitle';
import { deliveryTones } from '../issues/data';
import { issueRouteRef } from '../routes';
import { IncidentLink, To } from '../scorecards/links';
import { evenkeelTranslationRef } from '../translation';
import { useActions, useIncidents, useIssues } from './data';

/** The newest incidents of a service, as a section of its page. */
export function RecentIncidents(props: { service: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  return (
    <Section title={t('service.incidents.title')}>
      <IncidentRows {...props} />
    </Section>
  );
}

/** The newest incidents of a service. */
export function IncidentRows(props: { service: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const incidents = useIncidents(props.service);
  return (
    <Shown what={t('service.incidents.title')} read={incidents}>
      {found =>
        found.length === 0 ? (
          <Nothing title={t('service.incidents.none')} />
        ) : (
          <Rows label={t('service.incidents.title')}>
            {found.map(i => (
              <Row
                key={i.id}
                sub={`${i.severity} · ${ago(i.impactStart)}`}
                end={
                  <Word tone={statusTones[i.status]}>
                    {t(`service.incidents.status.${i.status}`)}
                  </Word>
                }
              >
                <IncidentLink incident={i.id}>{i.title}</IncidentLink>
              </Row>
            ))}
          </Rows>
        )
      }
    </Shown>
  );
}

/** What is still to be done to a service because of incidents, as a section of its page. */
export function OpenActions(props: { service: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  return (
    <Section title={t('service.actions.title')}>
      <ActionRows {...props} />
    </Section>
  );
}

/** What is still to be done to a service because of incidents. */
export function ActionRows(props: { service: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const actions = useActions(props.service);
  return (
    <Shown what={t('service.actions.title')} read={actions}>
      {found =>
        found.length === 0 ? (
          <Nothing title={t('service.actions.none')} />
        ) : (
          <>
            <Rows label={t('service.actions.title')}>
              {found.map(a => (
                <Row
                  key={a.id}
                  sub={`${a.priority} · ${t(`service.actions.type.${a.type}`)}`}
                  end={
                    <Word tone={a.overdue ? 'bad' : 'info'}>
                      {t(
                        a.overdue
                          ? 'service.actions.overdue'
                          : 'service.actions.due',
                        { when: day(a.dueOn) },
                      )}
                    </Word>
                  }
                >
                  <IncidentLink incident={a.incident}>{a.title}</IncidentLink>
                </Row>
              ))}
            </Rows>
            <More of={actions} />
          </>
        )
      }
    </Shown>
  );
}

/** The issues about a service that are wanted open. */
export function Issues(props: { service: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const issues = useIssues(props.service);
  const to = useRouteRef(issueRouteRef);
  return (
    <Section title={t('service.issues.title')}>
      <Shown what={t('service.issues.title')} read={issues}>
        {found =>
          found.length === 0 ? (
            <Nothing title={t('service.issues.none')} />
          ) : (
            <>
              <Rows label={t('service.issues.title')}>
                {found.map(i => (
                  <Row
                    key={i.id}
                    sub={
                      i.delivery.problem ||
                      i.delivery.repository ||
                      i.repository
                    }
                    end={
                      i.delivery.number === null ? (
                        <Word tone={deliveryTones[i.delivery.state]}>
                          {t(`issues.states.${i.delivery.state}`)}
                        </Word>
                      ) : (
                        `#${i.delivery.number}`
                      )
                    }
                  >
                    <To href={to?.({ issue: i.id })}>
                      <IssueTitle text={i.title} />
                    </To>
                  </Row>
                ))}
              </Rows>
              <More of={issues} />
            </>
          )
        }
      </Shown>
    </Section>
  );
}
