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

import { ReasonDialog } from '../ReasonDialog';
import { useKept } from '../kept/data';
import { evenkeelTranslationRef } from '../translation';
import { useDecide, useProposal, useProposals } from './acts';
import type { Name } from './data';
import { useRight } from './rights';
import styles from './slos.module.css';

type Proposal = Schemas['Proposal'];
type Deciding = { proposal: Proposal; decision: 'approval' | 'rejection' };

/** What waits for a second person's approval; nothing where nothing does. */
export function Proposals(props: { slo: Schemas['SLO'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { slo } = props;
  const of = { service: slo.service.slug, slo: slo.slug };
  const proposals = useProposals(of, slo.id);
  const me = useMe();
  const { may, reason } = useRight(slo.service.slug);
  const kept = useKept(slo);
  const [deciding, setDeciding] = useState<Deciding>();
  const found = proposals.data ?? [];
  // It stays open where its proposal is decided on and leaves the list.
  const dialog = deciding && (
    <Decide of={of} {...deciding} onClose={() => setDeciding(undefined)} />
  );
  return (
    <>
      {found.length > 0 && (
        <Section
          title={t('slos.proposals.title')}
          note={t('slos.proposals.note')}
        >
          <Rows label={t('slos.proposals.title')}>
            {found.map(p => {
              const own = p.personId === me.data?.person?.id;
              // What it says is kept elsewhere by now, and its budget is not.
              const declares =
                p.act === 'slo_revision' || p.act === 'slo_retirement';
              const approves =
                (declares ? kept : undefined) ??
                reason ??
                (own ? t('slos.proposals.own') : undefined);
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
                        reason={approves}
                        // Of two that are refused for the same reason, the last one says it.
                        said={approves === reason}
                        onPress={() =>
                          setDeciding({ proposal: p, decision: 'approval' })
                        }
                      >
                        {t('slos.proposals.approval.act')}
                      </RightButton>
                      <RightButton
                        size="small"
                        variant="secondary"
                        isDisabled={!may}
                        reason={reason}
                        onPress={() =>
                          setDeciding({ proposal: p, decision: 'rejection' })
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
        </Section>
      )}
      {dialog}
    </>
  );
}

function Decide(props: Deciding & { of: Name; onClose: () => void }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { of, decision, onClose } = props;
  const { id } = props.proposal;
  const now = useProposal(of, id).data ?? props.proposal;
  const decide = useDecide(id, decision, onClose);
  return (
    <ReasonDialog
      title={t(`slos.proposals.${decision}.title`)}
      text={t(`slos.proposals.${decision}.text`)}
      submit={t(`slos.proposals.${decision}.act`)}
      label={t('slos.life.reason')}
      pointer="/reason"
      isRequired={decision === 'rejection'}
      error={decide.error}
      pending={decide.isPending}
      overtaken={
        now.state === 'open'
          ? undefined
          : [
              t(`slos.proposals.decided.${now.state}`, { who: now.decidedBy }),
              now.decidedFor,
            ]
              .filter(Boolean)
              .join(': ')
      }
      onSubmit={reason => decide.mutate(reason)}
      onClose={onClose}
    />
  );
}
