import {
  FormDialog,
  faultAt,
  refusalOf,
} from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Select, TextAreaField, TextField } from '@backstage/ui';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';

import { incidentRouteRef } from '../routes';
import { useServices } from '../services';
import { evenkeelTranslationRef } from '../translation';
import { severities, useDeclare, type Severity } from './data';

const fields = [
  '/title',
  '/severity',
  '/services',
  '/impactStart',
  '/customerImpact',
];

/** Now, as the field of a moment is filled: YYYY-MM-DDTHH:MM, in UTC. */
export function nowText(): string {
  return new Date().toISOString().slice(0, 16);
}

/** Declares an incident with what is known at once; the rest comes as it becomes known. */
export function DeclareDialog(props: {
  service?: string;
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const [title, setTitle] = useState('');
  const [severity, setSeverity] = useState<Severity>('sev3');
  const [service, setService] = useState(props.service ?? '');
  const [began, setBegan] = useState(nowText);
  const [impact, setImpact] = useState('');
  const services = useServices();
  const to = useRouteRef(incidentRouteRef);
  const navigate = useNavigate();
  const declare = useDeclare(made => {
    props.onClose();
    if (to) {
      navigate(to({ incident: made.id }));
    }
  });
  const refusal = refusalOf(declare.error, fields);
  return (
    <FormDialog
      title={t('incidents.declare')}
      open
      onClose={props.onClose}
      pending={declare.isPending}
      refusal={refusal}
      submit={t('incidents.form.declare')}
      onSubmit={() =>
        declare.mutate({
          title,
          severity,
          services: service ? [{ service, role: 'affected' }] : [],
          impactStart: /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(began)
            ? `${began}:00Z`
            : began,
          customerImpact: impact || undefined,
        })
      }
    >
      <TextField
        label={t('incidents.form.title')}
        value={title}
        onChange={setTitle}
        {...faultAt(refusal, '/title')}
      />
      <Select
        label={t('incidents.form.severity')}
        options={severities.map(s => ({
          value: s,
          label: t(`incidents.severity.${s}`),
        }))}
        value={severity}
        onChange={key =>
          setSeverity(severities.find(s => s === key) ?? severity)
        }
        {...faultAt(refusal, '/severity')}
      />
      <Select
        label={t('incidents.form.service')}
        options={(services.data ?? []).map(s => ({
          value: s.slug,
          label: s.name,
        }))}
        search
        value={service || null}
        onChange={key => setService(String(key ?? ''))}
        {...faultAt(refusal, '/services')}
      />
      <TextField
        label={t('incidents.form.began')}
        value={began}
        onChange={setBegan}
        {...faultAt(refusal, '/impactStart')}
      />
      <TextAreaField
        label={t('incidents.form.impact')}
        rows={3}
        value={impact}
        onChange={setImpact}
        {...faultAt(refusal, '/customerImpact')}
      />
    </FormDialog>
  );
}
