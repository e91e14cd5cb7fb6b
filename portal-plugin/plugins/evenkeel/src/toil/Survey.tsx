import type { Schemas } from '@evenkeel/client';
import {
  FormDialog,
  Shown,
  ago,
  faultAt,
  number,
  refusalOf,
  Section,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Button,
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
  const [open, setOpen] = useState(false);
  return (
    <Section
      title={t('toil.survey.title', { quarter })}
      note={t('toil.survey.nameless')}
      actions={
        member && (
          <Button
            size="small"
            variant="secondary"
            onPress={() => setOpen(true)}
          >
            {t('toil.survey.answer')}
          </Button>
        )
      }
    >
      <Shown what={t('toil.survey.title', { quarter })} read={read}>
        {survey => <Told survey={survey} />}
      </Shown>
      {open && (
        <SurveyDialog
          team={team}
          quarter={quarter}
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
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { team, quarter, onClose } = props;
  const [input, setInput] = useState<Schemas['ToilSurveyInput']>({
    share: 30,
    course: 'same',
    onCall: 'fair',
  });
  const set = (part: Partial<Schemas['ToilSurveyInput']>) =>
    setInput(before => ({ ...before, ...part }));
  const answer = useAnswerSurvey(team, quarter, onClose);
  const refusal = refusalOf(answer.error, [
    '/share',
    '/category',
    '/wish',
    '/course',
    '/onCall',
  ]);
  return (
    <FormDialog
      title={t('toil.survey.title', { quarter })}
      open
      onClose={onClose}
      pending={answer.isPending}
      refusal={refusal}
      submit={t('toil.survey.answer')}
      onSubmit={() => answer.mutate(input)}
    >
      <NumberField
        label={t('toil.survey.share')}
        value={input.share}
        onChange={share => set({ share })}
        {...faultAt(refusal, '/share')}
      />
      <Select
        label={t('toil.question.cause')}
        options={[
          { value: '', label: t('toil.question.none') },
          ...categories.map(c => ({
            value: c,
            label: t(`toil.category.${c}`),
          })),
        ]}
        value={input.category ?? ''}
        onChange={key => set({ category: categories.find(c => c === key) })}
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
        value={input.course}
        onChange={text =>
          set({ course: courses.find(c => c === text) ?? input.course })
        }
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
        value={input.onCall}
        onChange={text =>
          set({ onCall: onCalls.find(c => c === text) ?? input.onCall })
        }
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
