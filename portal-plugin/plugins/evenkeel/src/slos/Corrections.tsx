import type { Schemas } from '@evenkeel/client';
import {
  DataTable,
  More,
  Nothing,
  RightButton,
  Section,
  Shown,
  Sub,
  moment,
  percent,
  refusalOf,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { VisuallyHidden } from '@backstage/ui';
import { useState } from 'react';

import { ReasonDialog } from '../ReasonDialog';
import { evenkeelTranslationRef } from '../translation';
import { CorrectionDialog } from './CorrectionDialog';
import { SecondPerson } from './SecondPerson';
import { needsApproval, usePropose, useRemoveCorrection } from './acts';
import { useCorrections, type Name } from './data';
import { useRight } from './rights';

/** What is left out of an SLO's budget, or counts as good, and why. */
export function Corrections(props: {
  of: Name;
  /** Without them the budget would be; undefined where none counts. */
  uncorrected: Schemas['Budget'] | undefined;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { of, uncorrected } = props;
  const corrections = useCorrections(of);
  const { may, reason } = useRight(of.service);
  const [declaring, setDeclaring] = useState(false);
  const [removing, setRemoving] = useState<string>();
  const left = uncorrected?.remaining ?? null;
  return (
    <Section
      title={t('slos.corrections.title')}
      note={
        left === null
          ? t('slos.corrections.note')
          : t('slos.corrections.without', { left: percent(left, 1) })
      }
      actions={
        <RightButton
          size="small"
          variant="secondary"
          isDisabled={!may}
          reason={reason}
          onPress={() => setDeclaring(true)}
        >
          {t('slos.corrections.declare')}
        </RightButton>
      }
    >
      {declaring && (
        <CorrectionDialog of={of} onClose={() => setDeclaring(false)} />
      )}
      {removing && (
        <Remove
          of={of}
          correction={removing}
          onClose={() => setRemoving(undefined)}
        />
      )}
      <Shown what={t('slos.corrections.title')} read={corrections}>
        {found =>
          found.length === 0 ? (
            <Nothing title={t('slos.corrections.none')} />
          ) : (
            <>
              <DataTable
                caption={t('slos.corrections.title')}
                head={[
                  t('slos.corrections.when'),
                  t('slos.corrections.does'),
                  t('slos.corrections.why'),
                  <VisuallyHidden key="remove">
                    {t('slos.corrections.remove')}
                  </VisuallyHidden>,
                ]}
              >
                {found.map(c => (
                  <tr key={c.id}>
                    <th scope="row">
                      {moment(c.from)}
                      <Sub>
                        {c.to
                          ? t('slos.corrections.until', { when: moment(c.to) })
                          : t('slos.corrections.noEnd')}
                        {c.recurrence && ` · ${c.recurrence.rule}`}
                      </Sub>
                    </th>
                    <td>{t(`slos.corrections.effect.${c.effect}`)}</td>
                    <td>
                      {c.reason}
                      <Sub>
                        {t('slos.corrections.by', {
                          kind: t(`slos.corrections.kind.${c.kind}`),
                          who: c.createdBy,
                        })}
                      </Sub>
                    </td>
                    <td>
                      <RightButton
                        size="small"
                        variant="tertiary"
                        isDisabled={!may}
                        reason={reason}
                        said
                        aria-label={t('slos.corrections.removeOne', {
                          reason: c.reason,
                        })}
                        onPress={() => setRemoving(c.id)}
                      >
                        {t('slos.corrections.remove')}
                      </RightButton>
                    </td>
                  </tr>
                ))}
              </DataTable>
              <More of={corrections} />
            </>
          )
        }
      </Shown>
    </Section>
  );
}

function Remove(props: { of: Name; correction: string; onClose: () => void }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { of, correction, onClose } = props;
  const remove = useRemoveCorrection(of, correction);
  const propose = usePropose(of, onClose);
  const [why, setWhy] = useState('');
  const asks = needsApproval(remove.error);
  const refused = refusalOf(propose.error, ['/reason']);
  return (
    <ReasonDialog
      title={t('slos.corrections.removeTitle')}
      text={t('slos.corrections.removeText')}
      submit={t(asks ? 'slos.proposals.propose' : 'slos.corrections.remove')}
      label={t('slos.life.reason')}
      pointer="/reason"
      isRequired
      destructive={!asks}
      error={asks ? null : remove.error}
      refusal={asks ? refused : undefined}
      pending={remove.isPending || propose.isPending}
      onSubmit={reason =>
        asks
          ? propose.mutate({
              reason: why,
              removal: { ...of, correction, reason },
            })
          : remove.mutate(reason, { onSuccess: onClose })
      }
      onClose={onClose}
    >
      <SecondPerson
        error={remove.error}
        why={why}
        onWhy={setWhy}
        refusal={refused}
      />
    </ReasonDialog>
  );
}
