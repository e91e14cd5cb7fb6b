import type { Schemas } from '@evenkeel/client';
import {
  FormDialog,
  LostRace,
  MomentField,
  faultAt,
  refusalBesideRace,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Select, TextAreaField } from '@backstage/ui';
import { useState } from 'react';

import { evenkeelTranslationRef } from '../translation';
import { statuses, useChangeStatus, type Status } from './data';
import { Changed, isNewer, type Told } from './race';

/**
 * The statuses that an incident goes on to: those that come later, and back to investigating where
 * it is over.
 */
export function nextOf(status: Status): Status[] {
  const later = statuses.slice(statuses.indexOf(status) + 1);
  return status === 'resolved' || status === 'closed'
    ? [...later, 'investigating']
    : later;
}

/** Changes the status of an incident, from when on, and why. */
export function StatusDialog(props: {
  incident: Schemas['Incident'];
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { incident, onClose } = props;
  // What is changed is the incident as it was when the dialog was opened.
  const [seen, setSeen] = useState(incident);
  const [status, setStatus] = useState<Status>(nextOf(incident.status)[0]);
  const [why, setWhy] = useState('');
  const [at, setAt] = useState<string>();
  const change = useChangeStatus(incident.id, onClose);
  const refusal = refusalBesideRace(change.error, [
    '/status',
    '/reason',
    '/at',
  ]);
  const told = (of: Schemas['Incident']): Told => [
    [t('incidents.change.to'), t(`incidents.status.${of.status}`)],
    [t('incidents.form.severity'), t(`incidents.severity.${of.severity}`)],
    [t('incidents.form.title'), of.title],
  ];
  return (
    <FormDialog
      title={t('incidents.change.title')}
      open
      onClose={onClose}
      pending={change.isPending}
      refusal={refusal}
      submit={t('incidents.change.act')}
      onSubmit={() =>
        change.mutate({
          seen,
          change: { status, reason: why || undefined, at },
        })
      }
    >
      <LostRace
        error={change.error}
        keeps
        onReload={() => {
          change.reset();
          setSeen(incident);
          const next = nextOf(incident.status);
          if (!next.includes(status)) {
            setStatus(next[0]);
          }
        }}
      >
        {isNewer(incident, seen) && (
          <Changed was={told(seen)} now={told(incident)} />
        )}
      </LostRace>
      <Select
        label={t('incidents.change.to')}
        options={nextOf(seen.status).map(s => ({
          value: s,
          label: t(`incidents.status.${s}`),
        }))}
        value={status}
        onChange={key => setStatus(statuses.find(s => s === key) ?? status)}
        {...faultAt(refusal, '/status')}
      />
      <MomentField
        label={t('incidents.change.at')}
        value={at}
        onChange={setAt}
        fault={refusal.at('/at')}
      />
      <TextAreaField
        label={t('incidents.change.reason')}
        description={t('incidents.change.reasonNote')}
        rows={2}
        value={why}
        onChange={setWhy}
        {...faultAt(refusal, '/reason')}
      />
    </FormDialog>
  );
}
