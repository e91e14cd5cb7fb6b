import type { Schemas } from '@evenkeel/client';
import {
  FormDialog,
  LostRace,
  faultAt,
  refusalOf,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Select, Switch, TextAreaField, TextField } from '@backstage/ui';
import { useState } from 'react';

import { usePeople } from '../services';
import { evenkeelTranslationRef } from '../translation';
import { severities, useEdit } from './data';

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

/** Edits what is known of an incident: its title and severity, its times, its roles and its impact. */
export function EditDialog(props: {
  incident: Schemas['Incident'];
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { incident, onClose } = props;
  // What is typed changes the incident as it was when the dialog was opened.
  const [version, setVersion] = useState(incident.version);
  const [input, setInput] = useState(() => inputOf(incident));
  const [tags, setTags] = useState((incident.tags ?? []).join(', '));
  const people = usePeople();
  const edit = useEdit(incident.id, onClose);
  const refusal = refusalOf(edit.error, fields);
  const set = (part: Partial<Schemas['IncidentInput']>) =>
    setInput(before => ({ ...before, ...part }));
  return (
    <FormDialog
      title={t('incidents.change.editTitle')}
      open
      width={680}
      onClose={onClose}
      pending={edit.isPending}
      refusal={refusal}
      onSubmit={() =>
        edit.mutate({
          version,
          body: {
            ...input,
            tags: tags
              .split(',')
              .map(tag => tag.trim())
              .filter(Boolean),
          },
        })
      }
    >
      <LostRace
        error={edit.error}
        onReload={() => {
          edit.reset();
          setVersion(incident.version);
          setInput(inputOf(incident));
          setTags((incident.tags ?? []).join(', '));
        }}
      />
      <TextField
        label={t('incidents.form.title')}
        value={input.title}
        onChange={title => set({ title })}
        {...faultAt(refusal, '/title')}
      />
      <Select
        label={t('incidents.form.severity')}
        options={severities.map(s => ({
          value: s,
          label: t(`incidents.severity.${s}`),
        }))}
        value={input.severity}
        onChange={key =>
          set({ severity: severities.find(s => s === key) ?? input.severity })
        }
        {...faultAt(refusal, '/severity')}
      />
      {moments.map(([name, label]) => (
        <Moment
          key={`${name} ${version}`}
          label={t(`incidents.form.${label}`)}
          value={input[name]}
          onChange={at =>
            // Its begin is always known; others may not be known any more.
            set({ [name]: name === 'impactStart' ? at : at || undefined })
          }
          fault={faultAt(refusal, `/${name}`)}
        />
      ))}
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
          value={input.roles?.[role] ?? ''}
          onChange={key =>
            set({
              roles: {
                ...input.roles,
                [role]: key ? String(key) : undefined,
              },
            })
          }
          {...faultAt(refusal, `/roles/${role}`)}
        />
      ))}
      <TextAreaField
        label={t('incidents.facts.impact')}
        rows={3}
        value={input.customerImpact ?? ''}
        onChange={text => set({ customerImpact: text || undefined })}
        {...faultAt(refusal, '/customerImpact')}
      />
      <TextField
        label={t('incidents.form.tags')}
        value={tags}
        onChange={setTags}
        {...faultAt(refusal, '/tags')}
      />
      <Switch
        label={t('incidents.form.onCall')}
        isSelected={input.onCallIntervened ?? false}
        onChange={onCallIntervened => set({ onCallIntervened })}
      />
      <Switch
        label={t('incidents.form.dataLoss')}
        isSelected={input.dataLoss ?? false}
        onChange={dataLoss => set({ dataLoss })}
      />
    </FormDialog>
  );
}

/**
 * A moment in UTC, to the minute, as it is typed. One that is not touched keeps its seconds; what
 * is no moment is sent as it is, so that the API says what is wrong with it.
 */
function Moment(props: {
  label: string;
  value: string | undefined;
  onChange: (at: string) => void;
  fault: ReturnType<typeof faultAt>;
}) {
  const [text, setText] = useState(props.value?.slice(0, 16) ?? '');
  return (
    <TextField
      label={props.label}
      value={text}
      onChange={to => {
        setText(to);
        props.onChange(
          /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(to) ? `${to}:00Z` : to,
        );
      }}
      {...props.fault}
    />
  );
}
