import type { Schemas } from '@evenkeel/client';
import {
  FormDialog,
  LostRace,
  MomentField,
  faultAt,
  moment,
  refusalBesideRace,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Select, Switch, TextAreaField, TextField } from '@backstage/ui';
import { useState } from 'react';

import { over } from '../acts/over';
import { useNames, usePeople } from '../services';
import { evenkeelTranslationRef } from '../translation';
import { severities, useEdit } from './data';
import styles from './incidents.module.css';
import { Changed, isNewer, type Told } from './race';

const moments = [
  ['impactStart', 'began'],
  ['detectedAt', 'detected'],
  ['mitigatedAt', 'mitigated'],
  ['impactEnd', 'impactEnd'],
  ['resolvedAt', 'resolved'],
] as const;
const roles = ['commander', 'operations', 'communications', 'scribe'] as const;
const fields = [
  '/title',
  '/severity',
  '/customerImpact',
  '/tags',
  ...moments.map(([name]) => `/${name}`),
  ...roles.map(role => `/roles/${role}`),
];

/** What can be edited of an incident, as the API takes it: what is left out is taken away. */
function inputOf(incident: Schemas['Incident']): Schemas['IncidentInput'] {
  return {
    title: incident.title,
    severity: incident.severity,
    team: incident.team.slug,
    services: incident.services.map(s => ({
      service: s.service.slug,
      role: s.role,
    })),
    impactStart: incident.impactStart,
    detectedAt: incident.detectedAt,
    mitigatedAt: incident.mitigatedAt,
    impactEnd: incident.impactEnd,
    resolvedAt: incident.resolvedAt,
    customerImpact: incident.customerImpact,
    roles: incident.roles,
    tags: incident.tags,
    causes: incident.causes,
    links: incident.links,
    readers: incident.readers,
    restricted: incident.restricted,
    dataLoss: incident.dataLoss,
    onCallIntervened: incident.onCallIntervened,
  };
}

/** What is typed: what the API takes, with the roles and tags each as their field has them. */
type Draft = Omit<Schemas['IncidentInput'], 'roles' | 'tags'> &
  Schemas['IncidentRoles'] & { tags: string };

function draftOf(incident: Schemas['Incident']): Draft {
  const { roles: people, tags, ...rest } = inputOf(incident);
  return { ...rest, ...people, tags: (tags ?? []).join(', ') };
}

function sentOf(draft: Draft): Schemas['IncidentInput'] {
  const { commander, operations, communications, scribe, tags, ...rest } =
    draft;
  return {
    ...rest,
    roles: { commander, operations, communications, scribe },
    tags: tags
      .split(',')
      .map(tag => tag.trim())
      .filter(Boolean),
  };
}

/** Edits what is known of an incident: its title and severity, its times, its roles and its impact. */
export function EditDialog(props: {
  incident: Schemas['Incident'];
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { incident, onClose } = props;
  // What is typed changes the incident as it was when the dialog was opened.
  const [seen, setSeen] = useState(incident);
  const [draft, setDraft] = useState(() => draftOf(incident));
  const people = usePeople();
  const name = useNames();
  const edit = useEdit(incident.id, onClose);
  const refusal = refusalBesideRace(edit.error, fields);
  const set = (part: Partial<Draft>) =>
    setDraft(before => ({ ...before, ...part }));
  const told = (of: Schemas['Incident']): Told => [
    [t('incidents.form.title'), of.title],
    [t('incidents.form.severity'), t(`incidents.severity.${of.severity}`)],
    [t('incidents.column.status'), t(`incidents.status.${of.status}`)],
    ...moments.map(([at, label]): [string, string] => {
      const when = of[at];
      return [t(`incidents.form.${label}`), when ? moment(when) : ''];
    }),
    ...roles.map((role): [string, string] => [
      t(`incidents.facts.${role}`),
      name(of.roles?.[role]),
    ]),
    [t('incidents.facts.impact'), of.customerImpact ?? ''],
    [t('incidents.facts.tags'), (of.tags ?? []).join(', ')],
  ];
  return (
    <FormDialog
      title={t('incidents.change.editTitle')}
      open
      width={680}
      onClose={onClose}
      pending={edit.isPending}
      refusal={refusal}
      onSubmit={() => edit.mutate({ seen, body: sentOf(draft) })}
    >
      <LostRace
        error={edit.error}
        keeps
        onReload={() => {
          edit.reset();
          setDraft(mine => over(mine, draftOf(seen), draftOf(incident)));
          setSeen(incident);
        }}
      >
        {isNewer(incident, seen) && (
          <Changed was={told(seen)} now={told(incident)} />
        )}
      </LostRace>
      <TextField
        label={t('incidents.form.title')}
        value={draft.title}
        onChange={title => set({ title })}
        {...faultAt(refusal, '/title')}
      />
      <Select
        label={t('incidents.form.severity')}
        options={severities.map(s => ({
          value: s,
          label: t(`incidents.severity.${s}`),
        }))}
        value={draft.severity}
        onChange={key =>
          set({ severity: severities.find(s => s === key) ?? draft.severity })
        }
        {...faultAt(refusal, '/severity')}
      />
      <div className={styles.pairs}>
        {moments.map(([at, label]) => (
          <MomentField
            key={at}
            label={t(`incidents.form.${label}`)}
            value={draft[at]}
            onChange={to =>
              // Its begin is always known; others may not be known any more.
              set({ [at]: at === 'impactStart' ? to ?? '' : to })
            }
            fault={refusal.at(`/${at}`)}
          />
        ))}
      </div>
      <div className={styles.pairs}>
        {roles.map(role => (
          <Select
            key={role}
            label={t(`incidents.facts.${role}`)}
            options={[
              { value: '', label: t('incidents.facts.nobody') },
              ...(people.data ?? []).map(p => ({
                value: p.id,
                label: p.displayName,
              })),
            ]}
            value={draft[role] ?? ''}
            onChange={key => set({ [role]: key ? String(key) : undefined })}
            {...faultAt(refusal, `/roles/${role}`)}
          />
        ))}
      </div>
      <TextAreaField
        label={t('incidents.facts.impact')}
        rows={3}
        value={draft.customerImpact ?? ''}
        onChange={text => set({ customerImpact: text || undefined })}
        {...faultAt(refusal, '/customerImpact')}
      />
      <TextField
        label={t('incidents.form.tags')}
        value={draft.tags}
        onChange={tags => set({ tags })}
        {...faultAt(refusal, '/tags')}
      />
      <Switch
        label={t('incidents.form.onCall')}
        isSelected={draft.onCallIntervened ?? false}
        onChange={onCallIntervened => set({ onCallIntervened })}
      />
      <Switch
        label={t('incidents.form.dataLoss')}
        isSelected={draft.dataLoss ?? false}
        onChange={dataLoss => set({ dataLoss })}
      />
    </FormDialog>
  );
}
