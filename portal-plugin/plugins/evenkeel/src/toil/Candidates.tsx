import type { Schemas } from '@evenkeel/client';
import {
  DataTable,
  FormDialog,
  LostRace,
  Nothing,
  RightButton,
  Shown,
  Word,
  faultAt,
  number,
  refusalOf,
  type Tone,
  Section,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { NumberField, TextField } from '@backstage/ui';
import { useState } from 'react';

import { evenkeelTranslationRef } from '../translation';
import { categories, useCandidates, useEstimate, useWant } from './data';
import styles from './toil.module.css';

const tones: Record<Schemas['ToilCandidate']['state'], Tone> = {
  logged: 'unknown',
  estimated: 'info',
  wanted: 'warning',
  done: 'good',
  dropped: 'unknown',
};

/** What to automate first: what it takes a year, what it costs to build, when that is paid back. */
export function Candidates(props: { team: string; member: boolean }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { team, member } = props;
  const read = useCandidates(team);
  const want = useWant(team);
  const [estimated, setEstimated] = useState<Schemas['ToilCandidate']>();
  const reason = member ? undefined : t('toil.first.members', { team });
  return (
    <Section title={t('toil.first.title')} note={t('toil.first.summary')}>
      <LostRace error={want.error} keeps onReload={() => want.reset()} />
      <Shown what={t('toil.first.title')} read={read}>
        {list =>
          list.items?.length ? (
            <DataTable
              caption={t('toil.first.title')}
              head={[
                t('toil.first.what'),
                t('toil.first.state'),
                t('toil.first.hours'),
                t('toil.first.build'),
                t('toil.first.payBack'),
                t('toil.entries.actions'),
              ]}
            >
              {list.items.map(c => (
                <Row
                  key={c.id || `${c.category} ${c.service?.id}`}
                  candidate={c}
                  reason={reason}
                  onEstimate={() => setEstimated(c)}
                  onWant={() => want.mutate(c)}
                  pending={want.isPending}
                />
              ))}
            </DataTable>
          ) : (
            <Nothing title={t('toil.first.none')}>
              {t('toil.first.noneText')}
            </Nothing>
          )
        }
      </Shown>
      {estimated && (
        <EstimateDialog
          team={team}
          candidate={estimated}
          onClose={() => setEstimated(undefined)}
        />
      )}
    </Section>
  );
}

function Row(props: {
  candidate: Schemas['ToilCandidate'];
  reason: string | undefined;
  onEstimate: () => void;
  onWant: () => void;
  pending: boolean;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { candidate: c, reason } = props;
  const category = categories.find(of => of === c.category);
  const kind = category ? t(`toil.category.${category}`) : c.category;
  let saved: string | undefined;
  if (c.saved) {
    saved =
      c.saved.hoursAWeek === null
        ? t('toil.first.savedPending')
        : t('toil.first.saved', { hours: number(c.saved.hoursAWeek) });
  }
  let payBack: string = t('toil.first.never');
  if (c.payBackWeeks !== null) {
    // Sooner than in a week nothing is paid back.
    const count = Math.max(1, Math.round(c.payBackWeeks));
    payBack = t('toil.first.weeks', { count, weeks: number(count, 0) });
  }
  return (
    <tr>
      <th scope="row">
        {c.title || kind}
        <span className={styles.sub}>
          {[c.title ? kind : undefined, c.service?.slug, saved]
            .filter(Boolean)
            .join(' · ')}
        </span>
      </th>
      <td>
        <Word tone={tones[c.state]}>{t(`toil.first.states.${c.state}`)}</Word>
      </td>
      <td className={styles.number}>
        {t('toil.units.hours', { hours: number(c.hoursAYear, 0) })}
      </td>
      <td className={styles.number}>
        {c.buildHours > 0
          ? t('toil.units.hours', { hours: number(c.buildHours) })
          : '–'}
      </td>
      <td className={styles.number}>{payBack}</td>
      <td>
        {c.state === 'logged' && (
          <RightButton
            reason={reason}
            size="small"
            variant="secondary"
            onPress={props.onEstimate}
          >
            {t('toil.first.estimate')}
          </RightButton>
        )}
        {c.state === 'estimated' && (
          <RightButton
            reason={reason}
            size="small"
            variant="secondary"
            onPress={props.onWant}
            isPending={props.pending}
          >
            {t('toil.first.want')}
          </RightButton>
        )}
      </td>
    </tr>
  );
}

function EstimateDialog(props: {
  team: string;
  candidate: Schemas['ToilCandidate'];
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { team, candidate, onClose } = props;
  const [title, setTitle] = useState(candidate.title);
  const [hours, setHours] = useState(8);
  const estimate = useEstimate(team, onClose);
  const refusal = refusalOf(estimate.error, ['/title', '/buildHours']);
  return (
    <FormDialog
      title={t('toil.first.estimateTitle')}
      open
      onClose={onClose}
      pending={estimate.isPending}
      refusal={refusal}
      submit={t('toil.first.estimate')}
      onSubmit={() => {
        const category = categories.find(c => c === candidate.category);
        if (category) {
          estimate.mutate({
            title,
            buildHours: hours,
            category,
            service: candidate.service?.slug ?? '',
          });
        }
      }}
    >
      <TextField
        label={t('toil.first.name')}
        value={title}
        onChange={setTitle}
        {...faultAt(refusal, '/title')}
      />
      <NumberField
        label={t('toil.first.buildHours')}
        value={hours}
        onChange={setHours}
        {...faultAt(refusal, '/buildHours')}
      />
    </FormDialog>
  );
}
