import type { Schemas } from '@evenkeel/client';
import {
  DataTable,
  RightButton,
  Sub,
  ago,
  belongs,
  day,
  useMe,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Link } from '@backstage/ui';
import { useState } from 'react';

import { evenkeelTranslationRef } from '../translation';
import { AskExemption } from './AskExemption';
import { AttestButton } from './Attest';
import { OutcomeWord } from './OutcomeWord';
import { Prose } from './Prose';
import { valueText } from './evidence';
import { CheckLink } from './links';
import { isOpen } from './outcomes';
import styles from './scorecards.module.css';

/** What a check came to for a service; opened: why, how to fix it, what was seen, what can be done. */
export function CheckResult(props: {
  scorecard: string;
  service: Schemas['Service'];
  check: Schemas['CheckResult'];
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { check } = props;
  const [open, setOpen] = useState(false);
  return (
    <details
      className={styles.check}
      onToggle={event => setOpen(event.currentTarget.open)}
    >
      <summary>
        <span className={styles.checkTitle}>
          {check.title}
          <Sub>
            {[
              check.category,
              check.level,
              check.since &&
                t('scorecards.panel.since', { when: ago(check.since) }),
              check.effectiveFrom &&
                !check.counts &&
                t('scorecards.panel.from', { day: day(check.effectiveFrom) }),
            ]
              .filter(Boolean)
              .join(' · ')}
          </Sub>
        </span>
        <OutcomeWord outcome={check.outcome} />
      </summary>
      {open && <Opened {...props} />}
    </details>
  );
}

function Opened(props: {
  scorecard: string;
  service: Schemas['Service'];
  check: Schemas['CheckResult'];
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { scorecard, service, check } = props;
  const me = useMe();
  const [asking, setAsking] = useState(false);
  const member = belongs(me.data, service.team.slug);
  const words = {
    yes: t('scorecards.panel.yes'),
    no: t('scorecards.panel.no'),
    days: (days: string) => t('scorecards.panel.days', { number: days }),
  };
  return (
    <div className={styles.checkBody}>
      {check.reason && <p className={styles.absent}>{check.reason}</p>}
      {check.fix && (
        <div>
          <h4>{t('scorecards.panel.fix')}</h4>
          <Prose text={check.fix} />
        </div>
      )}
      {check.why && (
        <div>
          <h4>{t('scorecards.panel.why')}</h4>
          <Prose text={check.why} />
        </div>
      )}
      <div>
        <h4>{t('scorecards.panel.evidence')}</h4>
        {check.evidence.length === 0 ? (
          <Sub>{t('scorecards.panel.noEvidence')}</Sub>
        ) : (
          <DataTable
            caption={t('scorecards.panel.evidence')}
            head={[
              t('scorecards.panel.fact'),
              t('scorecards.panel.value'),
              t('scorecards.panel.source'),
              t('scorecards.panel.seen'),
            ]}
          >
            {check.evidence.map(fact => (
              <tr key={fact.name}>
                <th scope="row">
                  <code>{fact.name}</code>
                </th>
                <td>
                  {valueText(fact, words) ?? t('scorecards.panel.notKnown')}
                </td>
                <td>
                  {fact.link ? (
                    <Link href={fact.link}>{fact.source ?? fact.by}</Link>
                  ) : (
                    fact.source ?? fact.by
                  )}
                  {fact.source && <Sub>{fact.by}</Sub>}
                </td>
                <td>
                  {fact.at ? ago(fact.at) : ''}
                  {fact.until && (
                    <Sub>
                      {t('scorecards.panel.until', { when: day(fact.until) })}
                    </Sub>
                  )}
                </td>
              </tr>
            ))}
          </DataTable>
        )}
      </div>
      <div>
        <h4>{t('scorecards.panel.condition')}</h4>
        <pre className={styles.code}>{check.condition}</pre>
      </div>
      <div className={styles.actions}>
        <AttestButton
          scorecard={scorecard}
          check={check.id}
          service={service}
          member={member}
        />
        {isOpen(check.outcome) && (
          <RightButton
            size="small"
            variant="secondary"
            reason={
              member
                ? undefined
                : t('scorecards.exempt.askWhy', { team: service.team.slug })
            }
            onPress={() => setAsking(true)}
          >
            {t('scorecards.exempt.ask')}
          </RightButton>
        )}
      </div>
      {check.links.map(link => (
        <Link key={link.url} href={link.url}>
          {link.title}
        </Link>
      ))}
      <CheckLink scorecard={scorecard} check={check.id}>
        {t('scorecards.panel.page')}
      </CheckLink>
      {asking && (
        <AskExemption
          scorecard={scorecard}
          service={service.slug}
          check={check}
          onClose={() => setAsking(false)}
        />
      )}
    </div>
  );
}
