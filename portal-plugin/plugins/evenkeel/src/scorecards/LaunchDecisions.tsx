import { value, type Schemas } from '@evenkeel/client';
import {
  DayField,
  FormDialog,
  LostRace,
  faultAt,
  ifSeen,
  ago,
  day,
  raced,
  refusalBesideRace,
  useChange,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { TextAreaField } from '@backstage/ui';
import { useState } from 'react';

import { useActReason } from '../acts/reason';
import { sentence } from '../sentence';
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

/**
 * The review that is decided on: as it was looked at, until its reader goes on from what somebody
 * else made of it.
 *
 * @param condition - that which is met, from 1
 */
function useSeen(
  review: Review,
  act: 'sign_off' | 'reject' | 'meet_condition',
  condition?: number,
) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const [seen, setSeen] = useState(review);
  const why = useActReason()(review, act);
  const { decision, conditions } = review;
  let theirs: string | undefined;
  if (condition !== undefined) {
    const done = conditions[condition - 1]?.done;
    theirs =
      done &&
      t('scorecards.launches.metBy', {
        by: done.by,
        when: ago(done.at),
        note: done.note,
      });
  } else if (decision) {
    const { by, until, reason } = decision;
    const decided = until
      ? t('scorecards.launches.signedOff', { by, until: day(until) })
      : t('scorecards.launches.rejectedBy', { by });
    theirs = reason ? `${decided}: ${reason}` : decided;
  }
  return {
    seen,
    /** What somebody else did meanwhile, after which it cannot be done any more. */
    theirs: theirs && sentence(theirs),
    /** Why it cannot be done any more. */
    refused: theirs ? sentence(theirs) : why,
    goOn: () => setSeen(review),
  };
}

/** Signs a launch off until a day, with conditions. */
export function SignOff(props: { review: Review; onClose: () => void }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { review, onClose } = props;
  const { seen, theirs, refused, goOn } = useSeen(review, 'sign_off');
  const [until, setUntil] = useState(dayIn(180));
  const [reason, setReason] = useState('');
  const [conditions, setConditions] = useState('');
  const signOff = useChange(
    (api, body: Schemas['LaunchSignOff']) =>
      value(
        api.POST('/v1/launch-reviews/{launchReview}/sign-off', {
          params: { path: { launchReview: seen.id } },
          headers: ifSeen(seen),
          body,
        }),
      ),
    {
      touches,
      becomes: ['launch-reviews', review.id],
      onDone: onClose,
    },
  );
  const refusal = refusalBesideRace(signOff.error, [
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
      overtaken={raced(signOff.error) ? undefined : refused}
      onClose={onClose}
      onSubmit={() =>
        signOff.mutate({
          until: startOf(until),
          conditions: conditionsOf(conditions),
          ...(reason && { reason }),
        })
      }
    >
      <LostRace
        error={signOff.error}
        keeps
        onReload={() => {
          goOn();
          signOff.reset();
        }}
      >
        {theirs && <p>{theirs}</p>}
      </LostRace>
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
  const { seen, theirs, refused, goOn } = useSeen(review, 'reject');
  const [reason, setReason] = useState('');
  const reject = useChange(
    (api, body: Schemas['Reason']) =>
      value(
        api.POST('/v1/launch-reviews/{launchReview}/reject', {
          params: { path: { launchReview: seen.id } },
          headers: ifSeen(seen),
          body,
        }),
      ),
    {
      touches,
      becomes: ['launch-reviews', review.id],
      onDone: onClose,
    },
  );
  const refusal = refusalBesideRace(reject.error, ['/reason']);
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
      overtaken={raced(reject.error) ? undefined : refused}
      onClose={onClose}
      onSubmit={() => reject.mutate({ reason })}
    >
      <LostRace
        error={reject.error}
        keeps
        onReload={() => {
          goOn();
          reject.reset();
        }}
      >
        {theirs && <p>{theirs}</p>}
      </LostRace>
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
  const { seen, theirs, refused, goOn } = useSeen(
    review,
    'meet_condition',
    condition,
  );
  const [note, setNote] = useState('');
  const meet = useChange(
    (api, body: Schemas['LaunchMet']) =>
      value(
        api.POST(
          '/v1/launch-reviews/{launchReview}/conditions/{condition}/done',
          {
            params: { path: { launchReview: seen.id, condition } },
            headers: ifSeen(seen),
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
  const refusal = refusalBesideRace(meet.error, ['/note']);
  return (
    <FormDialog
      open
      title={t('scorecards.launches.meetTitle')}
      submit={t('scorecards.launches.meet')}
      pending={meet.isPending}
      refusal={refusal}
      overtaken={raced(meet.error) ? undefined : refused}
      onClose={onClose}
      onSubmit={() => meet.mutate({ note })}
    >
      <LostRace
        error={meet.error}
        keeps
        onReload={() => {
          goOn();
          meet.reset();
        }}
      >
        {theirs && <p>{theirs}</p>}
      </LostRace>
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
