import { value, type Schemas } from '@evenkeel/client';
import {
  DayField,
  FormDialog,
  faultAt,
  refusalOf,
  useChange,
  useRead,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Combobox, Select, TextAreaField } from '@backstage/ui';
import { useState } from 'react';

import { evenkeelTranslationRef } from '../translation';
import { useScorecards } from './cards';
import { dayIn } from './days';

const fields = [
  '/service',
  '/scorecard',
  '/level',
  '/plannedOn',
  '/note',
] as const;

/** Asks for the review of a launch. */
export function LaunchForm(props: {
  onClose: () => void;
  onDone: (made: Schemas['LaunchReview']) => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { onClose, onDone } = props;
  const cards = useScorecards().data ?? [];
  const [service, setService] = useState<string>();
  const [typed, setTyped] = useState('');
  const [scorecard, setScorecard] = useState<string>();
  const [level, setLevel] = useState<string>();
  const [plannedOn, setPlannedOn] = useState(dayIn(14));
  const [note, setNote] = useState('');
  const services = useRead(['service-lists', 'search', typed], (api, signal) =>
    value(
      api.GET('/v1/services', {
        params: { query: { query: typed || undefined, limit: 20 } },
        signal,
      }),
    ),
  );
  const card = cards.find(of => of.slug === scorecard) ?? cards[0];
  const ask = useChange(
    (api, body: Schemas['LaunchReviewInput']) =>
      value(api.POST('/v1/launch-reviews', { body })),
    { touches: [['launch-reviews'], ['scorecards']], onDone },
  );
  const refusal = refusalOf(ask.error, fields);
  return (
    <FormDialog
      open
      title={t('scorecards.launches.form.title')}
      submit={t('scorecards.launches.form.send')}
      pending={ask.isPending}
      refusal={refusal}
      onClose={onClose}
      onSubmit={() =>
        ask.mutate({
          service: service ?? typed,
          scorecard: card?.slug ?? '',
          level: level ?? card?.levels[0]?.name ?? '',
          plannedOn,
          ...(note && { note }),
        })
      }
    >
      <Combobox
        label={t('scorecards.launches.form.service')}
        description={t('scorecards.launches.form.serviceHelp')}
        isRequired
        selectedKey={service ?? null}
        onSelectionChange={key => {
          setService(key === null ? undefined : String(key));
        }}
        search={{
          inputValue: typed,
          onInputChange: setTyped,
          // What is found is found by the API.
          filter: () => true,
        }}
        options={(services.data?.items ?? []).map(of => ({
          id: of.slug,
          label: of.slug,
        }))}
        {...faultAt(refusal, '/service')}
      />
      <Select
        label={t('scorecards.launches.form.scorecard')}
        selectionMode="single"
        value={card?.slug ?? ''}
        onChange={chosen => {
          setScorecard(String(chosen));
          setLevel(undefined);
        }}
        options={cards.map(of => ({ id: of.slug, label: of.name }))}
        {...faultAt(refusal, '/scorecard')}
      />
      <Select
        label={t('scorecards.launches.form.level')}
        selectionMode="single"
        value={level ?? card?.levels[0]?.name ?? ''}
        onChange={chosen => setLevel(String(chosen))}
        options={(card?.levels ?? []).map(of => ({
          id: of.name,
          label: of.name,
        }))}
        {...faultAt(refusal, '/level')}
      />
      <DayField
        label={t('scorecards.launches.form.planned')}
        isRequired
        value={plannedOn}
        onChange={setPlannedOn}
        fault={refusal.at('/plannedOn')}
      />
      <TextAreaField
        label={t('scorecards.launches.form.note')}
        description={t('scorecards.launches.form.noteHelp')}
        value={note}
        onChange={setNote}
        {...faultAt(refusal, '/note')}
      />
    </FormDialog>
  );
}
