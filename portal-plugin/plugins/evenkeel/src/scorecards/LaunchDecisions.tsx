import { value, type Schemas } from '@evenkeel/client';
import {
  DayField,
  FormDialog,
  LostRace,
  faultAt,
  ifSeen,
  refusalOf,
  useChange,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { TextAreaField } from '@backstage/ui';
import { useState } from 'react';

import { evenkeelTranslationRef } from '../translation';
import { dayIn, startOf } from './days';

type Review = Schemas['LaunchReview'];

const touches = [['launch-reviews'], ['scorecards']] as const;

/** Reads conditions, a line for each: the day, then what is to be done. */
export function conditionsOf(typed: string): Schemas['LaunchConditionInput'][] {
  return typed
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
    .map(line => {
      const [dueOn, ...text] = line.split(/\s+/);
      return { dueOn, text: text.join(' ') };
    });
}

/** Signs a launch off until a day, with conditions. */
export function SignOff(props: { review: Review; onClose: () => void }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { review, onClose } = props;
  const [until, setUntil] = useState(dayIn(180));
  const [reason, setReason] = useState('');
  const [conditions, setConditions] = useState('');
  const signOff = useChange(
    (api, body: Schemas['LaunchSignOff']) =>
      value(
        api.POST('/v1/launch-reviews/{launchReview}/sign-off', {
          params: { path: { launchReview: review.id } },
          headers: ifSeen(review),
          body,
        }),
      ),
    {
      touches,
      becomes: ['launch-reviews', review.id],
      onDone: onClose,
    },
  );
  const refusal = refusalOf(signOff.error, [
    '/until',
    '/reason',
    '/conditions',
  ]);
  return (
    <FormDialog
      open
      title={t('scorecards.launches.form.signOffTitle', {
        service: review.service.slug,
      })}
      submit={t('scorecards.launches.signOff')}
      pending={signOff.isPending}
      refusal={refusal}
      onClose={onClose}
      onSubmit={() =>
        signOff.mutate({
          until: startOf(until),
          conditions: conditionsOf(conditions),
          ...(reason && { reason }),
        })
      }
    >
      <LostRace error={signOff.error} onReload={onClose} />
      <DayField
        label={t('scorecards.launches.form.until')}
        isRequired
        value={until}
        onChange={setUntil}
        fault={refusal.at('/until')}
      />
      <TextAreaField
        label={t('scorecards.launches.form.reason')}
        description={
          review.evidence.meets
            ? undefined
            : t('scorecards.launches.form.reasonBelow')
        }
        isRequired={!review.evidence.meets}
        value={reason}
        onChange={setReason}
        {...faultAt(refusal, '/reason')}
      />
      <TextAreaField
        label={t('scorecards.launches.form.conditions')}
        description={t('scorecards.launches.form.conditionsHelp')}
        value={conditions}
        onChange={setConditions}
        {...faultAt(refusal, '/conditions')}
      />
    </FormDialog>
  );
}

/** Rejects a launch, with the reason. */
export function RejectLaunch(props: { review: Review; onClose: () => void }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { review, onClose } = props;
  const [reason, setReason] = useState('');
  const reject = useChange(
    (api, body: Schemas['Reason']) =>
      value(
        api.POST('/v1/launch-reviews/{launchReview}/reject', {
          params: { path: { launchReview: review.id } },
          headers: ifSeen(review),
          body,
        }),
      ),
    {
      touches,
      becomes: ['launch-reviews', review.id],
      onDone: onClose,
    },
  );
  const refusal = refusalOf(reject.error, ['/reason']);
  return (
    <FormDialog
      open
      destructive
      title={t('scorecards.launches.form.rejectTitle', {
        service: review.service.slug,
      })}
      submit={t('scorecards.launches.reject')}
      pending={reject.isPending}
      refusal={refusal}
      onClose={onClose}
      onSubmit={() => reject.mutate({ reason })}
    >
      <LostRace error={reject.error} onReload={onClose} />
      <TextAreaField
        label={t('scorecards.launches.form.reason')}
        isRequired
        value={reason}
        onChange={setReason}
        {...faultAt(refusal, '/reason')}
      />
    </FormDialog>
  );
}

/** Says that a condition of a sign-off is met, with where it is seen. */
export function MeetCondition(props: {
  review: Review;
  condition: number;
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { review, condition, onClose } = props;
  const [note, setNote] = useState('');
  const meet = useChange(
    (api, body: Schemas['LaunchMet']) =>
      value(
        api.POST(
          '/v1/launch-reviews/{launchReview}/conditions/{condition}/done',
          {
            params: { path: { launchReview: review.id, condition } },
            headers: ifSeen(review),
            body,
          },
        ),
      ),
    {
      touches,
      becomes: ['launch-reviews', review.id],
      onDone: onClose,
    },
  );
  const refusal = refusalOf(meet.error, ['/note']);
  return (
    <FormDialog
      open
      title={t('scorecards.launches.meetTitle')}
      submit={t('scorecards.launches.meet')}
      pending={meet.isPending}
      refusal={refusal}
      onClose={onClose}
      onSubmit={() => meet.mutate({ note })}
    >
      <LostRace error={meet.error} onReload={onClose} />
      <TextAreaField
        label={t('scorecards.launches.meetNote')}
        isRequired
        value={note}
        onChange={setNote}
        {...faultAt(refusal, '/note')}
      />
    </FormDialog>
  );
}
