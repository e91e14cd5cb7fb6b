import { value, type Schemas } from '@evenkeel/client';
import {
  DayField,
  FormDialog,
  RightButton,
  faultAt,
  faultOf,
  refusalOf,
  useChange,
  useRead,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Radio,
  RadioGroup,
  Select,
  Text,
  TextAreaField,
  TextField,
} from '@backstage/ui';
import { useState } from 'react';

import { evenkeelTranslationRef } from '../translation';
import { dayIn, startOf } from './days';

type Fact = Schemas['ScorecardFact'];

// Those that programs push and people attest.
const GIVEN = 'given';

/** Attests a fact that a check depends on; nothing where domains tell all of them. */
export function AttestButton(props: {
  scorecard: string;
  check: string;
  service: Schemas['Service'];
  member: boolean;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { scorecard, check, service, member } = props;
  const [open, setOpen] = useState(false);
  const report = useRead(
    ['scorecards', scorecard, 'checks', check, 'facts'],
    (api, signal) =>
      value(
        api.GET('/v1/scorecards/{scorecard}/checks/{check}', {
          params: { path: { scorecard, check }, query: { days: 1 } },
          signal,
        }),
      ),
  );
  const facts = (report.data?.facts ?? []).filter(f => f.by === GIVEN);
  if (facts.length === 0) {
    return null;
  }
  return (
    <>
      <RightButton
        size="small"
        variant="secondary"
        reason={
          member
            ? undefined
            : t('scorecards.attest.why', { team: service.team.slug })
        }
        onPress={() => setOpen(true)}
      >
        {t('scorecards.attest.attest')}
      </RightButton>
      {open && (
        <Attest
          service={service.slug}
          facts={facts}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}

/** What was typed, as the fact's type takes it. */
export function valueOf(
  type: Fact['type'],
  typed: string,
): Partial<Schemas['AttestationInput']> {
  const lines = typed
    .split('\n')
    .map(line => line.split('='))
    .filter(([name]) => name.trim() !== '')
    .map(([name, ...rest]) => [name.trim(), rest.join('=').trim()] as const);
  switch (type) {
    case 'truth':
      return { truth: typed === 'true' };
    case 'number':
      // What is no number is left out, and the API says that one is wanted.
      return typed.trim() === '' || Number.isNaN(Number(typed))
        ? {}
        : { number: Number(typed) };
    case 'text':
      return { text: typed };
    case 'age':
      // As of what is no number.
      return typed === '' ? {} : { time: startOf(typed) };
    case 'numbers':
      return {
        numbers: Object.fromEntries(lines.map(([k, v]) => [k, Number(v)])),
      };
    default:
      return { texts: Object.fromEntries(lines) };
  }
}

const fields = [
  '/fact',
  '/evidence',
  '/expiresAt',
  '/note',
  '/number',
  '/numbers',
  '/text',
  '/texts',
  '/time',
  '/truth',
] as const;

const pointerOf = {
  number: '/number',
  numbers: '/numbers',
  text: '/text',
  texts: '/texts',
  truth: '/truth',
  age: '/time',
} as const;

function Attest(props: {
  service: string;
  facts: readonly Fact[];
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { service, facts, onClose } = props;
  const [name, setName] = useState(facts[0].name);
  const fact = facts.find(f => f.name === name) ?? facts[0];
  const [typed, setTyped] = useState('');
  const [evidence, setEvidence] = useState('');
  const [expires, setExpires] = useState(dayIn(90));
  const [note, setNote] = useState('');
  const attest = useChange(
    (api, body: Schemas['AttestationInput']) =>
      value(
        api.POST('/v1/services/{service}/attestations', {
          params: { path: { service } },
          body,
        }),
      ),
    { touches: [['attestations', service], ['scorecards']], onDone: onClose },
  );
  const refusal = refusalOf(attest.error, fields);
  return (
    <FormDialog
      open
      title={t('scorecards.attest.title', { service })}
      submit={t('scorecards.attest.send')}
      pending={attest.isPending}
      refusal={refusal}
      onClose={onClose}
      onSubmit={() =>
        attest.mutate({
          fact: fact.name,
          evidence,
          expiresAt: startOf(expires),
          ...valueOf(fact.type, typed),
          ...(note && { note }),
        })
      }
    >
      <Text as="p" variant="body-small" color="secondary">
        {t('scorecards.attest.note')}
      </Text>
      {facts.length > 1 && (
        <Select
          label={t('scorecards.attest.fact')}
          selectionMode="single"
          value={name}
          onChange={chosen => {
            setName(String(chosen));
            setTyped('');
          }}
          options={facts.map(f => ({ id: f.name, label: f.name }))}
          {...faultAt(refusal, '/fact')}
        />
      )}
      <Text as="p" variant="body-small">
        <code>{fact.name}</code> {fact.doc}
      </Text>
      <ValueField
        fact={fact}
        typed={typed}
        onChange={setTyped}
        fault={refusal.at(pointerOf[fact.type])}
      />
      <TextField
        label={t('scorecards.attest.evidence')}
        description={t('scorecards.attest.evidenceHelp')}
        isRequired
        value={evidence}
        onChange={setEvidence}
        {...faultAt(refusal, '/evidence')}
      />
      <DayField
        label={t('scorecards.attest.expires')}
        isRequired
        value={expires}
        onChange={setExpires}
        fault={refusal.at('/expiresAt')}
      />
      <TextField
        label={t('scorecards.attest.noteField')}
        value={note}
        onChange={setNote}
        {...faultAt(refusal, '/note')}
      />
    </FormDialog>
  );
}

function ValueField(props: {
  fact: Fact;
  typed: string;
  onChange: (typed: string) => void;
  fault: string | undefined;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { fact, typed, onChange, fault } = props;
  switch (fact.type) {
    case 'truth':
      return (
        <RadioGroup
          label={t('scorecards.attest.truth')}
          isRequired
          value={typed}
          onChange={onChange}
          {...faultOf(fault)}
        >
          <Radio value="true">{t('scorecards.attest.yes')}</Radio>
          <Radio value="false">{t('scorecards.attest.no')}</Radio>
        </RadioGroup>
      );
    case 'age':
      return (
        <DayField
          label={t('scorecards.attest.time')}
          isRequired
          value={typed}
          onChange={onChange}
          fault={fault}
        />
      );
    case 'numbers':
    case 'texts':
      return (
        <TextAreaField
          label={t('scorecards.attest.pairs')}
          description={t('scorecards.attest.pairsHelp')}
          isRequired
          value={typed}
          onChange={onChange}
          {...faultOf(fault)}
        />
      );
    case 'text':
      return fact.values.length > 0 ? (
        <Select
          label={t('scorecards.attest.text')}
          selectionMode="single"
          isRequired
          value={typed}
          onChange={chosen => onChange(String(chosen))}
          options={fact.values.map(of => ({ id: of, label: of }))}
          {...faultOf(fault)}
        />
      ) : (
        <TextField
          label={t('scorecards.attest.text')}
          isRequired
          value={typed}
          onChange={onChange}
          {...faultOf(fault)}
        />
      );
    default:
      return (
        <TextField
          label={t('scorecards.attest.number')}
          inputMode="decimal"
          isRequired
          value={typed}
          onChange={onChange}
          {...faultOf(fault)}
        />
      );
  }
}
