import type { Schemas } from '@evenkeel/client';
import {
  RightButton,
  Row,
  Rows,
  Section,
  day,
  useMe,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { useState } from 'react';

import { evenkeelTranslationRef } from '../translation';
import { ReasonDialog } from './ReasonDialog';
import { useDecide, useProposals } from './acts';
import { useRight } from './rights';
import styles from './slos.module.css';

type Deciding = { proposal: string; decision: 'approval' | 'rejection' };

/** What waits for a second person's approval; nothing where nothing does. */
export function Proposals(props: { slo: Schemas['SLO'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { slo } = props;
  const proposals = useProposals(
    { service: slo.service.slug, slo: slo.slug },
    slo.id,
  );
  const me = useMe();
  const { may, reason } = useRight(slo.service.slug);
  const [deciding, setDeciding] = useState<Deciding>();
  const found = proposals.data ?? [];
  if (found.length === 0) {
    return null;
  }
  return (
    <Section title={t('slos.proposals.title')} note={t('slos.proposals.note')}>
      <Rows label={t('slos.proposals.title')}>
        {found.map(p => {
          const own = p.proposedBy === me.data?.name;
          return (
            <Row
              key={p.id}
              sub={t('slos.proposals.by', {
                who: p.proposedBy,
                reason: p.reason,
                until: day(p.expiresAt),
              })}
              end={
                <span className={styles.buttons}>
                  <RightButton
                    size="small"
                    variant="primary"
                    isDisabled={!may}
                    reason={
                      reason ?? (own ? t('slos.proposals.own') : undefined)
                    }
                    onPress={() =>
                      setDeciding({ proposal: p.id, decision: 'approval' })
                    }
                  >
                    {t('slos.proposals.approval.act')}
                  </RightButton>
                  <RightButton
                    size="small"
                    variant="secondary"
                    isDisabled={!may}
                    reason={undefined}
                    onPress={() =>
                      setDeciding({ proposal: p.id, decision: 'rejection' })
                    }
                  >
                    {t(
                      own
                        ? 'slos.proposals.withdraw'
                        : 'slos.proposals.rejection.act',
                    )}
                  </RightButton>
                </span>
              }
            >
              <span className={styles.sentence}>{p.summary}</span>
            </Row>
          );
        })}
      </Rows>
      {deciding && (
        <Decide {...deciding} onClose={() => setDeciding(undefined)} />
      )}
    </Section>
  );
}

function Decide(props: Deciding & { onClose: () => void }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { proposal, decision, onClose } = props;
  const decide = useDecide(proposal, decision);
  return (
    <ReasonDialog
      title={t(`slos.proposals.${decision}.title`)}
      text={t(`slos.proposals.${decision}.text`)}
      submit={t(`slos.proposals.${decision}.act`)}
      label={t('slos.life.reason')}
      pointer="/reason"
      isOptional={decision === 'approval'}
      change={decide}
      onClose={onClose}
    />
  );
}
