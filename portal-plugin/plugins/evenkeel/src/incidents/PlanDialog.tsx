import type { Schemas } from '@evenkeel/client';
import {
  DayField,
  FormDialog,
  faultAt,
  refusalOf,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Select, TextField } from '@backstage/ui';
import { useState } from 'react';

import { usePeople } from '../services';
import { evenkeelTranslationRef } from '../translation';
import { usePlan } from './data';

const fields = [
  '/title',
  '/owner',
  '/dueOn',
  '/priority',
  '/type',
  '/service',
  '/verification',
];
const priorities = ['p0', 'p1', 'p2', 'p3'] as const;
const types = ['prevent', 'detect', 'mitigate'] as const;

/** Plans an action item: what, by whom, by when, and how one will see that it worked. */
export function PlanDialog(props: {
  incident: Schemas['Incident'];
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { incident, onClose } = props;
  const people = usePeople();
  const [input, setInput] = useState<Schemas['ActionItemInput']>({
    title: '',
    owner: '',
    priority: 'p2',
    type: 'prevent',
    service: incident.services[0]?.service.slug ?? '',
    verification: '',
  });
  const set = (part: Partial<Schemas['ActionItemInput']>) =>
    setInput(before => ({ ...before, ...part }));
  const plan = usePlan(incident.id, onClose);
  const refusal = refusalOf(plan.error, fields);
  return (
    <FormDialog
      title={t('incidents.actions.plan')}
      open
      onClose={onClose}
      pending={plan.isPending}
      refusal={refusal}
      submit={t('incidents.actions.plan')}
      onSubmit={() => plan.mutate(input)}
    >
      <TextField
        label={t('incidents.actions.what')}
        value={input.title}
        onChange={title => set({ title })}
        {...faultAt(refusal, '/title')}
      />
      <TextField
        label={t('incidents.actions.verification')}
        value={input.verification}
        onChange={verification => set({ verification })}
        {...faultAt(refusal, '/verification')}
      />
      <Select
        label={t('incidents.actions.owner')}
        options={(people.data ?? []).map(p => ({
          value: p.id,
          label: p.displayName,
        }))}
        search
        // Without a key its fault would not be shown.
        value={input.owner}
        onChange={key => set({ owner: String(key ?? '') })}
        {...faultAt(refusal, '/owner')}
      />
      <Select
        label={t('incidents.actions.service')}
        options={incident.services.map(s => ({
          value: s.service.slug,
          label: s.service.slug,
        }))}
        value={input.service}
        onChange={key => set({ service: String(key ?? '') })}
        {...faultAt(refusal, '/service')}
      />
      <Select
        label={t('incidents.actions.priority')}
        options={priorities.map(p => ({ value: p, label: p.toUpperCase() }))}
        value={input.priority}
        onChange={key =>
          set({ priority: priorities.find(p => p === key) ?? input.priority })
        }
      />
      <Select
        label={t('incidents.actions.type')}
        options={types.map(of => ({
          value: of,
          label: t(`incidents.actions.types.${of}`),
        }))}
        value={input.type}
        onChange={key =>
          set({ type: types.find(of => of === key) ?? input.type })
        }
      />
      <DayField
        label={t('incidents.actions.dueOn')}
        value={input.dueOn ?? ''}
        onChange={dueOn => set({ dueOn: dueOn || undefined })}
        fault={refusal.at('/dueOn')}
      />
    </FormDialog>
  );
}
