import type { Schemas } from '@evenkeel/client';
import {
  FormDialog,
  Refused,
  RightButton,
  day,
  faultAt,
  refusalOf,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { NumberField, Select, Text } from '@backstage/ui';
import { useState } from 'react';

import { evenkeelTranslationRef } from '../translation';
import { categories, useProposals, useSettle, type Category } from './data';
import styles from './toil.module.css';

/** Pages, issues and incidents that may have been toil of whoever is signed in. */
export function Proposals(props: { team: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { team } = props;
  const read = useProposals(team, true);
  const settle = useSettle(team);
  const refusal = refusalOf(settle.error, []);
  const [taken, setTaken] = useState<Schemas['ToilProposal']>();
  if (!read.data?.items?.length) {
    return null;
  }
  return (
    <div className={styles.proposals}>
      <Text as="h3" variant="body-medium" weight="bold">
        {t('toil.proposals.title')}
      </Text>
      <Refused refusal={refusal} />
      <ul className={styles.rows}>
        {read.data.items.map(p => (
          <li key={p.id}>
            <span>
              {p.title}
              <span className={styles.sub}>
                {[
                  t(`toil.proposals.kinds.${p.kind}`),
                  p.service?.slug,
                  day(p.day),
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </span>
            </span>
            <span className={styles.buttons}>
              <RightButton
                reason={undefined}
                said
                size="small"
                variant="secondary"
                onPress={() => setTaken(p)}
              >
                {t('toil.proposals.take')}
              </RightButton>
              <RightButton
                reason={undefined}
                said
                size="small"
                variant="tertiary"
                onPress={() => settle.mutate({ proposal: p.id })}
              >
                {t('toil.proposals.dismiss')}
              </RightButton>
            </span>
          </li>
        ))}
      </ul>
      {taken && (
        <TakeDialog
          team={team}
          proposal={taken}
          onClose={() => setTaken(undefined)}
        />
      )}
    </div>
  );
}

function TakeDialog(props: {
  team: string;
  proposal: Schemas['ToilProposal'];
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { team, proposal, onClose } = props;
  const [minutes, setMinutes] = useState(proposal.minutes || 15);
  const [category, setCategory] = useState<Category>('production_interrupts');
  const settle = useSettle(team);
  const refusal = refusalOf(settle.error, ['/minutes', '/category']);
  return (
    <FormDialog
      title={proposal.title}
      open
      onClose={onClose}
      pending={settle.isPending}
      refusal={refusal}
      submit={t('toil.proposals.take')}
      onSubmit={() =>
        settle.mutate(
          { proposal: proposal.id, work: { minutes, category } },
          { onSuccess: onClose },
        )
      }
    >
      <div className={styles.two}>
        <NumberField
          label={t('toil.entries.minutes')}
          value={minutes}
          onChange={setMinutes}
          {...faultAt(refusal, '/minutes')}
        />
        <Select
          label={t('toil.entries.kind')}
          options={categories.map(c => ({
            value: c,
            label: t(`toil.category.${c}`),
          }))}
          value={category}
          onChange={key =>
            setCategory(categories.find(c => c === key) ?? category)
          }
        />
      </div>
    </FormDialog>
  );
}
