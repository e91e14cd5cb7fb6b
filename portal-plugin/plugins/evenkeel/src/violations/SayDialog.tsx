import type { Schemas } from '@evenkeel/client';
import {
  DayField,
  FormDialog,
  LostRace,
  day,
  faultAt,
  raced,
  refusalBesideRace,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Radio, RadioGroup, Text, TextAreaField } from '@backstage/ui';
import { useState } from 'react';

import { newer } from '../acts/newer';
import { evenkeelTranslationRef } from '../translation';
import { useSay, useViolation, type Said } from './data';
import { useSayReason } from './rights';

/** The field of the API that the text of each act is. */
const pointers = {
  acknowledge: '/plan',
  dispute: '/reason',
  rule: '/note',
  leave: '/done',
} as const;

/** Asks for what somebody says about a violation. */
export function SayDialog(props: {
  /** As it was when the dialog was opened. */
  violation: Schemas['Violation'];
  act: Said['act'];
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { act, onClose } = props;
  const read = useViolation(props.violation.id);
  const violation = newer(props.violation, read.data);
  const { acknowledgement, dispute } = violation.handling;
  const before = act === 'acknowledge' ? acknowledgement : undefined;
  const [text, setText] = useState(before?.plan ?? '');
  const [dueOn, setDueOn] = useState(before?.dueOn ?? '');
  const [outcome, setOutcome] = useState<'upheld' | 'void'>('upheld');
  // The version that was looked at, until its author begins again from theirs.
  const [etag, setEtag] = useState(`"${props.violation.version}"`);
  const say = useSay(violation, onClose);
  const refused = useSayReason()(violation, act);
  const pointer = pointers[act];
  const refusal = refusalBesideRace(say.error, [pointer, '/dueOn', '/outcome']);
  const said = (): Said => {
    switch (act) {
      case 'acknowledge':
        return { act, plan: text, dueOn };
      case 'dispute':
        return { act, reason: text };
      case 'rule':
        return { act, outcome, note: text };
      default:
        return { act, done: text };
    }
  };
  return (
    <FormDialog
      title={t(`violations.dialog.${act}.title`)}
      open
      onClose={onClose}
      pending={say.isPending}
      refusal={refusal}
      overtaken={raced(say.error) ? undefined : refused}
      submit={t(`violations.act.${act}`)}
      onSubmit={() => say.mutate({ etag, said: said() })}
    >
      <LostRace
        error={say.error}
        keeps={before === undefined}
        onReload={() => {
          setEtag(`"${violation.version}"`);
          setText(before?.plan ?? text);
          setDueOn(before?.dueOn ?? dueOn);
          say.reset();
        }}
      >
        {refused ? (
          <p>{refused}</p>
        ) : (
          before && (
            <p>
              {t('violations.handled.planned', {
                who: before.by,
                plan: before.plan,
                due: day(before.dueOn),
              })}
            </p>
          )
        )}
      </LostRace>
      <Text as="p">
        {act === 'rule'
          ? t('violations.dialog.rule.text', {
              who: dispute?.by ?? '',
              reason: dispute?.reason ?? '',
            })
          : t(`violations.dialog.${act}.text`)}
      </Text>
      {act === 'rule' && (
        <RadioGroup
          label={t('violations.dialog.outcome')}
          orientation="horizontal"
          value={outcome}
          onChange={to => setOutcome(to === 'void' ? 'void' : 'upheld')}
        >
          <Radio value="upheld">{t('violations.dialog.upheld')}</Radio>
          <Radio value="void">{t('violations.dialog.void')}</Radio>
        </RadioGroup>
      )}
      <TextAreaField
        label={t(`violations.dialog.${act}.label`)}
        isRequired
        rows={3}
        value={text}
        onChange={setText}
        {...faultAt(refusal, pointer)}
      />
      {act === 'acknowledge' && (
        <DayField
          label={t('violations.dialog.due')}
          isRequired
          value={dueOn}
          onChange={setDueOn}
          fault={refusal.at('/dueOn')}
        />
      )}
    </FormDialog>
  );
}
