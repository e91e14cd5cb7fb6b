import type { Schemas } from '@evenkeel/client';
import {
  More,
  Nothing,
  RightButton,
  Row,
  Rows,
  Section,
  Shown,
  Word,
  ago,
  day,
  moment,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, Text } from '@backstage/ui';
import { useState } from 'react';

import { SLOLink, ServiceLink } from '../scorecards/links';
import { evenkeelTranslationRef } from '../translation';
import { DetailsDialog } from './DetailsDialog';
import { SayDialog } from './SayDialog';
import { useViolations, type Of, type Said } from './data';
import { useOffers } from './rights';
import styles from './violations.module.css';

type Violation = Schemas['Violation'];
type Opened = { violation: Violation; what: Said['act'] | 'details' };

/**
 * Violations that are open, each with what can be done about it. On the page of a service that has
 * none there is nothing.
 */
export function Violations(props: { of: Of }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { of } = props;
  const violations = useViolations(of);
  const [opened, setOpened] = useState<Opened>();
  const close = () => setOpened(undefined);
  // It stays open where its violation ends and leaves the list.
  const dialog =
    opened &&
    (opened.what === 'details' ? (
      <DetailsDialog violation={opened.violation} onClose={close} />
    ) : (
      <SayDialog
        violation={opened.violation}
        act={opened.what}
        onClose={close}
      />
    ));
  const nothing = of.service && !violations.error && !violations.data?.length;
  return (
    <>
      {!nothing && (
        <Section title={t('violations.title')} note={t('violations.note')}>
          <Shown what={t('violations.title')} read={violations}>
            {found =>
              found.length === 0 ? (
                <Nothing title={t('violations.none')}>
                  {t('violations.noneText')}
                </Nothing>
              ) : (
                <>
                  <Rows label={t('violations.title')}>
                    {found.map(v => (
                      <One
                        key={v.id}
                        violation={v}
                        ofService={of.service !== undefined}
                        onOpen={what => setOpened({ violation: v, what })}
                      />
                    ))}
                  </Rows>
                  <More of={violations} />
                </>
              )
            }
          </Shown>
        </Section>
      )}
      {dialog}
    </>
  );
}

function One(props: {
  violation: Violation;
  /** Its service is what the page is about. */
  ofService: boolean;
  onOpen: (what: Opened['what']) => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { violation, ofService, onOpen } = props;
  const { service, slo, clause, policy, mode, evidence, openedAt } = violation;
  const offers = useOffers(violation);
  const word = (act: Said['act']) =>
    act === 'acknowledge' && violation.handling.acknowledgement
      ? t('violations.act.replan')
      : t(`violations.act.${act}`);
  return (
    <Row
      end={
        <div className={styles.acts}>
          <Button
            size="small"
            variant="tertiary"
            aria-label={t('violations.detailsOf', { clause, slo: slo.slug })}
            onPress={() => onOpen('details')}
          >
            {t('violations.details')}
          </Button>
          {offers.map(({ act, reason }, at) => (
            <RightButton
              key={act}
              size="small"
              variant="secondary"
              reason={reason}
              // Of those that are refused for the same reason, the last one says it.
              said={offers.slice(at + 1).some(of => of.reason === reason)}
              onPress={() => onOpen(act)}
            >
              {word(act)}
            </RightButton>
          ))}
        </div>
      }
    >
      <div className={styles.what}>
        <Word tone={mode === 'enforce' ? 'bad' : 'warning'}>
          {t(`violations.mode.${mode}`)}
        </Word>
        <span>
          {!ofService && (
            <>
              <ServiceLink service={service.slug} />
              {' / '}
            </>
          )}
          <SLOLink service={service.slug} slo={slo.slug} />{' '}
          {t('violations.broke', { clause, policy: policy.slug })}
        </span>
      </div>
      <Text as="p" variant="body-small" color="secondary">
        {t('violations.consumed', {
          consumed: evidence.consumedPercent,
          when: ago(openedAt),
        })}
      </Text>
      <Handled handling={violation.handling} />
    </Row>
  );
}

/** What people made of a violation so far; nothing where nobody did anything. */
function Handled(props: { handling: Violation['handling'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { acknowledgement, dispute, earlyExit, escalatedAt } = props.handling;
  const lines: string[] = [];
  if (acknowledgement) {
    const { by, plan, dueOn } = acknowledgement;
    lines.push(
      t('violations.handled.planned', { who: by, plan, due: day(dueOn) }),
    );
  }
  if (dispute) {
    const { by, reason, ruling, suspendedUntil } = dispute;
    lines.push(t('violations.handled.disputed', { who: by, reason }));
    if (ruling) {
      lines.push(
        t(`violations.handled.${ruling.outcome}`, {
          who: ruling.by,
          note: ruling.note,
        }),
      );
    } else if (suspendedUntil && new Date(suspendedUntil) > new Date()) {
      lines.push(
        t('violations.handled.suspended', { until: moment(suspendedUntil) }),
      );
    }
  }
  if (earlyExit) {
    lines.push(
      t('violations.handled.leftEarly', {
        who: earlyExit.by,
        done: earlyExit.done,
      }),
    );
  }
  if (escalatedAt) {
    lines.push(t('violations.handled.escalated', { when: ago(escalatedAt) }));
  }
  return lines.length === 0 ? null : (
    <ul className={styles.handling}>
      {lines.map(line => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}
