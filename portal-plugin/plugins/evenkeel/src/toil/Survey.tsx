import type { Schemas } from '@evenkeel/client';
import {
  FormDialog,
  RightButton,
  Section,
  Shown,
  ago,
  faultAt,
  faultOf,
  number,
  refusalOf,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  NumberField,
  Radio,
  RadioGroup,
  Select,
  Text,
  TextAreaField,
} from '@backstage/ui';
import { useState } from 'react';

import { evenkeelTranslationRef } from '../translation';
import { categories, useAnswerSurvey, useSurvey } from './data';
import { quarterOf } from './week';

/** The survey of the quarter: without names, and told once it is closed. */
export function Survey(props: { team: string; member: boolean }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { team, member } = props;
  const quarter = quarterOf(new Date());
  const read = useSurvey(team, quarter);
  // What was answered while the page is open; it is not asked for what there is no answer of.
  const [mine, setMine] = useState<Schemas['ToilSurveyAnswer']>();
  const [open, setOpen] = useState(false);
  return (
    <Section
      title={t('toil.survey.title', { quarter })}
      note={t('toil.survey.nameless')}
      actions={
        <RightButton
          reason={member ? undefined : t('toil.first.members', { team })}
          size="small"
          variant="secondary"
          onPress={() => setOpen(true)}
        >
          {mine ? t('toil.survey.answerAgain') : t('toil.survey.answer')}
        </RightButton>
      }
    >
      <Shown what={t('toil.survey.title', { quarter })} read={read}>
        {survey => <Told survey={survey} />}
      </Shown>
      {mine && (
        <Text as="p" variant="body-medium">
          {t('toil.survey.yours', { share: String(mine.share) })}
        </Text>
      )}
      {open && (
        <SurveyDialog
          team={team}
          quarter={quarter}
          before={mine}
          onDone={setMine}
          onClose={() => setOpen(false)}
        />
      )}
    </Section>
  );
}

function Told(props: { survey: Schemas['ToilSurvey'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { survey } = props;
  if (!survey.told) {
    const open = new Date(survey.closesAt) > new Date();
    return (
      <Text as="p" variant="body-medium">
        {open
          ? t('toil.survey.open', { when: ago(survey.closesAt) })
          : t('toil.survey.none')}
      </Text>
    );
  }
  return (
    <>
      <Text as="p" variant="body-medium">
        {t('toil.survey.summary', {
          answers: String(survey.answers),
          median: survey.median === null ? '–' : number(survey.median, 0),
          mean: survey.mean === null ? '–' : number(survey.mean, 0),
        })}
      </Text>
      {survey.wishes.length > 0 && (
        <>
          <Text as="h3" variant="body-medium" weight="bold">
            {t('toil.survey.wishes')}
          </Text>
          <ul>
            {survey.wishes.map(wish => (
              <li key={wish}>{wish}</li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

const courses = ['better', 'same', 'worse'] as const;
const onCalls = ['not_on_call', 'light', 'fair', 'heavy'] as const;

function SurveyDialog(props: {
  team: string;
  quarter: string;
  /** What was answered before, which this begins with. */
  before: Schemas['ToilSurveyAnswer'] | undefined;
  onDone: (answered: Schemas['ToilSurveyAnswer']) => void;
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { team, quarter, before, onDone, onClose } = props;
  // Nothing is chosen beforehand: a question that answers itself measures nothing.
  const [input, setInput] = useState<Partial<Schemas['ToilSurveyInput']>>(() =>
    before
      ? {
          share: before.share,
          category: before.category,
          wish: before.wish,
          course: before.course,
          onCall: before.onCall,
        }
      : {},
  );
  const { share, course, onCall } = input;
  const whole =
    share !== undefined && course !== undefined && onCall !== undefined;
  const set = (part: Partial<Schemas['ToilSurveyInput']>) =>
    setInput(all => ({ ...all, ...part }));
  const [asked, setAsked] = useState(false);
  const answer = useAnswerSurvey(team, quarter, answered => {
    onDone(answered);
    onClose();
  });
  const refusal = refusalOf(answer.error, [
    '/share',
    '/category',
    '/wish',
    '/course',
    '/onCall',
  ]);
  const missing = (field: keyof Schemas['ToilSurveyInput']) =>
    asked && input[field] === undefined
      ? faultOf(t('toil.survey.missing'))
      : faultAt(refusal, `/${field}`);
  return (
    <FormDialog
      title={t('toil.survey.title', { quarter })}
      open
      onClose={onClose}
      pending={answer.isPending}
      refusal={refusal}
      submit={t('toil.survey.answer')}
      onSubmit={() => {
        if (whole) {
          answer.mutate({
            ...input,
            share,
            course,
            onCall,
            // Where there was no toil it has no cause.
            category: share === 0 ? undefined : input.category,
          });
        } else {
          setAsked(true);
        }
      }}
    >
      <NumberField
        label={t('toil.survey.share')}
        minValue={0}
        maxValue={100}
        value={share ?? NaN}
        onChange={of => set({ share: Number.isNaN(of) ? undefined : of })}
        {...missing('share')}
      />
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
        value={share === 0 ? '' : input.category ?? ''}
        onChange={key => set({ category: categories.find(c => c === key) })}
        // A select without a value shows no fault of its own.
        description={refusal.at('/category')}
        isInvalid={refusal.at('/category') !== undefined}
      />
      <TextAreaField
        label={t('toil.survey.wish')}
        rows={2}
        value={input.wish ?? ''}
        onChange={wish => set({ wish: wish || undefined })}
        {...faultAt(refusal, '/wish')}
      />
      <RadioGroup
        label={t('toil.survey.course')}
        orientation="horizontal"
        value={course ?? ''}
        onChange={text => set({ course: courses.find(c => c === text) })}
        {...missing('course')}
      >
        {courses.map(c => (
          <Radio key={c} value={c}>
            {t(`toil.survey.courses.${c}`)}
          </Radio>
        ))}
      </RadioGroup>
      <RadioGroup
        label={t('toil.survey.onCall')}
        orientation="horizontal"
        value={onCall ?? ''}
        onChange={text => set({ onCall: onCalls.find(c => c === text) })}
        {...missing('onCall')}
      >
        {onCalls.map(c => (
          <Radio key={c} value={c}>
            {t(`toil.survey.onCalls.${c}`)}
          </Radio>
        ))}
      </RadioGroup>
    </FormDialog>
  );
}
