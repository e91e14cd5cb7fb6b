import type { Schemas } from '@evenkeel/client';
import {
  Facts,
  More,
  Row,
  Rows,
  Shown,
  Word,
  ago,
  moment,
  number,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  Link,
  Text,
} from '@backstage/ui';
import { useId, type ReactNode } from 'react';

import { IncidentLink } from '../scorecards/links';
import { evenkeelTranslationRef } from '../translation';
import { useClaim, useEvents } from './data';
import styles from './violations.module.css';

/** How a violation comes about, what it asks for, and what was said about it. */
export function DetailsDialog(props: {
  violation: Schemas['Violation'];
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { violation, onClose } = props;
  return (
    <Dialog isOpen onOpenChange={open => !open && onClose()} width={680}>
      <DialogHeader>
        {t('violations.detailsTitle', {
          clause: violation.clause,
          service: violation.service.slug,
          slo: violation.slo.slug,
        })}
      </DialogHeader>
      <DialogBody>
        <Evidence of={violation.evidence} />
        <Claim violation={violation.id} />
        <Events violation={violation.id} />
      </DialogBody>
      <DialogFooter>
        <Button variant="secondary" onPress={onClose}>
          {t('violations.close')}
        </Button>
      </DialogFooter>
    </Dialog>
  );
}

function Part(props: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section className={styles.part} aria-labelledby={id}>
      <Text id={id} as="h3" variant="title-x-small">
        {props.title}
      </Text>
      {props.children}
    </section>
  );
}

/** A fact as it was read; the API gives one of its values, or none where it was not known. */
function written(fact: Schemas['KnownFact']): string | undefined {
  if (fact.number !== undefined) {
    return number(fact.number, 4);
  }
  const known = fact.text ?? fact.truth ?? fact.numbers ?? fact.texts;
  if (known === undefined) {
    return undefined;
  }
  return typeof known === 'object'
    ? Object.entries(known)
        .map(([name, of]) => `${name}: ${of}`)
        .join(', ')
    : String(known);
}

function Evidence(props: { of: Schemas['Evidence'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { of } = props;
  return (
    <Part title={t('violations.evidence.title')}>
      <Facts
        facts={[
          [t('violations.evidence.consumed'), `${of.consumedPercent} %`],
          [
            t('violations.evidence.objective'),
            of.objective.replace(/%$/, ' %'),
          ],
          [
            t('violations.evidence.counts'),
            t('violations.evidence.countsOf', {
              good: number(of.good, 3),
              total: number(of.total, 3),
              when: moment(of.windowEnd),
            }),
          ],
          [
            t('violations.evidence.condition'),
            <code key="when">{of.when}</code>,
          ],
          ...of.facts.map(
            fact =>
              [
                t('violations.evidence.fact', { name: fact.name }),
                written(fact) ?? t('violations.unknown'),
              ] as const,
          ),
        ]}
      />
    </Part>
  );
}

function Claim(props: { violation: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const claim = useClaim(props.violation);
  return (
    <Part title={t('violations.claim.title')}>
      <Shown what={t('violations.claim.title')} read={claim}>
        {found => (
          <>
            {!found.asked && <Text as="p">{t('violations.claim.none')}</Text>}
            {found.asked && found.satisfied && (
              <Text as="p">{t('violations.claim.done')}</Text>
            )}
            {found.lacks.map(lack => (
              <Text as="p" key={lack}>
                {lack}
              </Text>
            ))}
            {found.postmortems.length > 0 && (
              <Rows label={t('violations.claim.title')}>
                {found.postmortems.map(p => (
                  <Row
                    key={p.incidentId}
                    sub={t('violations.claim.urgent', {
                      done: String(p.done),
                      planned: String(p.planned),
                    })}
                    end={
                      <Word tone={p.status === 'published' ? 'good' : 'info'}>
                        {t(
                          `violations.claim.postmortem.${
                            p.waived ? 'waived' : p.status
                          }`,
                        )}
                      </Word>
                    }
                  >
                    <IncidentLink incident={p.incidentId}>
                      {p.title}
                    </IncidentLink>
                  </Row>
                ))}
              </Rows>
            )}
          </>
        )}
      </Shown>
    </Part>
  );
}

function Events(props: { violation: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const events = useEvents(props.violation);
  return (
    <Part title={t('violations.events.title')}>
      <Shown what={t('violations.events.title')} read={events}>
        {found =>
          found.length === 0 ? (
            <Text as="p">{t('violations.events.none')}</Text>
          ) : (
            <>
              <Rows label={t('violations.events.title')}>
                {found.map(e => (
                  <Row
                    key={e.id}
                    sub={`${ago(e.at)} · ${e.by}`}
                    end={
                      /^https?:\/\//i.test(e.link) && (
                        <Link
                          href={e.link}
                          target="_blank"
                          rel="noreferrer"
                          variant="body-small"
                        >
                          {t('violations.events.comment')}
                        </Link>
                      )
                    }
                  >
                    <strong>{t(`violations.event.${e.kind}`)}</strong>
                    {e.text && `: ${e.text}`}
                  </Row>
                ))}
              </Rows>
              <More of={events} />
            </>
          )
        }
      </Shown>
    </Part>
  );
}
