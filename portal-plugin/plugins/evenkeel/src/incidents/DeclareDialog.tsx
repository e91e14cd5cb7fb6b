import {
  FormDialog,
  MomentField,
  belongs,
  faultAt,
  refusalOf,
  useMe,
} from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Select, TextAreaField, TextField } from '@backstage/ui';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';

import { incidentRouteRef } from '../routes';
import { useServices, useTeams } from '../services';
import { evenkeelTranslationRef } from '../translation';
import { severities, useDeclare, type Severity } from './data';

const fields = [
  '/title',
  '/severity',
  '/services',
  '/team',
  '/impactStart',
  '/customerImpact',
];

/** Declares an incident with what is known at once; the rest comes as it becomes known. */
export function DeclareDialog(props: {
  service?: string;
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const [title, setTitle] = useState('');
  const [severity, setSeverity] = useState<Severity>('sev3');
  const [service, setService] = useState(props.service ?? '');
  const [began, setBegan] = useState<string | undefined>(() =>
    new Date().toISOString(),
  );
  const [impact, setImpact] = useState('');
  const services = useServices();
  const teams = useTeams();
  const me = useMe();
  // Whoever notices declares it: for the service's team where they are in it, and for their own.
  const mine = (teams.data ?? []).filter(of => belongs(me.data, of.slug));
  const owner = services.data?.find(of => of.slug === service)?.team.slug;
  const [said, setSaid] = useState<string>();
  const team =
    said ?? mine.find(of => of.slug === owner)?.slug ?? mine[0]?.slug;
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
          team,
          services: service ? [{ service, role: 'affected' }] : [],
          // Without one the API says that it is needed.
          impactStart: began ?? '',
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
        // Without a key its fault would not be shown.
        value={service}
        onChange={key => setService(String(key ?? ''))}
        {...faultAt(refusal, '/services')}
      />
      <Select
        label={t('incidents.form.team')}
        description={t('incidents.form.teamNote')}
        options={mine.map(of => ({ value: of.slug, label: of.name }))}
        value={team ?? ''}
        onChange={key => setSaid(String(key))}
        {...faultAt(refusal, '/team')}
      />
      <MomentField
        label={t('incidents.form.began')}
        value={began}
        onChange={setBegan}
        fault={refusal.at('/impactStart')}
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
