import type { Schemas } from '@evenkeel/client';
import {
  Refused,
  RightButton,
  Section,
  ago,
  faultAt,
  refusalOf,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  NumberField,
  Radio,
  RadioGroup,
  Select,
  TextField,
} from '@backstage/ui';
import { useState } from 'react';

import { evenkeelTranslationRef } from '../translation';
import { categories, useAnswer, useAnswers, type Category } from './data';
import styles from './toil.module.css';
import { weekBefore } from './week';

const shares = [0, 25, 50, 75, 100] as const;
const fields = ['/share', '/category', '/daysAway', '/note'];

/** The question of the week: a share and the largest cause, in 15 seconds. */
export function Question(props: { team: string }) {
  const answers = useAnswers(props.team);
  const week = weekBefore(new Date());
  const last = answers.data?.items?.find(a => a.week === week);
  if (answers.data === undefined && !answers.error) {
    return null;
  }
  // What was answered before is what the form begins with.
  return (
    <Asked
      key={`${props.team} ${last?.version ?? 0}`}
      team={props.team}
      week={week}
      last={last}
    />
  );
}

function Asked(props: {
  team: string;
  week: string;
  last: Schemas['ToilAnswer'] | undefined;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { team, week, last } = props;
  const [share, setShare] = useState(last?.share);
  const [category, setCategory] = useState<Category | undefined>(
    last?.category,
  );
  const [away, setAway] = useState(last?.daysAway ?? 0);
  const [note, setNote] = useState(last?.note ?? '');
  const answer = useAnswer(team);
  const refusal = refusalOf(answer.error, fields);

  return (
    <Section
      title={t('toil.question.title')}
      note={
        last
          ? t('toil.question.answered', {
              share: String(last.share),
              when: ago(last.updatedAt),
            })
          : `${t('toil.question.week', { week })}. ${t(
              'toil.question.privately',
            )}`
      }
    >
      <form
        className={styles.form}
        noValidate
        onSubmit={event => {
          event.preventDefault();
          if (share !== undefined) {
            answer.mutate({
              week,
              answer: {
                share,
                // Where there was no toil it has no cause.
                category: share === 0 ? undefined : category,
                daysAway: away || undefined,
                note: note || undefined,
              },
            });
          }
        }}
      >
        <Refused refusal={refusal} />
        <RadioGroup
          label={t('toil.question.share')}
          orientation="horizontal"
          value={share === undefined ? '' : String(share)}
          onChange={text => setShare(shares.find(s => String(s) === text))}
          {...faultAt(refusal, '/share')}
        >
          {shares.map(s => (
            <Radio key={s} value={String(s)}>
              {t('toil.units.percent', { share: String(s) })}
            </Radio>
          ))}
        </RadioGroup>
        <Select
          label={t('toil.question.cause')}
          placeholder={t(
            share === 0 ? 'toil.question.none' : 'toil.question.choose',
          )}
          isDisabled={share === 0}
          options={categories.map(c => ({
            value: c,
            label: t(`toil.category.${c}`),
          }))}
          value={share === 0 ? '' : category ?? ''}
          onChange={key => setCategory(categories.find(c => c === key))}
          // A select without a value shows no fault of its own.
          description={refusal.at('/category')}
          isInvalid={refusal.at('/category') !== undefined}
        />
        <RightButton
          reason={undefined}
          type="submit"
          variant="primary"
          isDisabled={share === undefined}
          isPending={answer.isPending}
        >
          {last ? t('toil.question.again') : t('toil.question.send')}
        </RightButton>
        <details className={styles.more}>
          <summary>{t('toil.question.more')}</summary>
          <div className={styles.two}>
            <NumberField
              label={t('toil.question.away')}
              minValue={0}
              maxValue={7}
              value={away}
              onChange={setAway}
              {...faultAt(refusal, '/daysAway')}
            />
            <TextField
              label={t('toil.question.note')}
              value={note}
              onChange={setNote}
              {...faultAt(refusal, '/note')}
            />
          </div>
        </details>
      </form>
    </Section>
  );
}
