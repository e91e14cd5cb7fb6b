import type { Schemas } from '@evenkeel/client';
import {
  FormDialog,
  LostRace,
  RightButton,
  faultAt,
  refusalBesideRace,
  Section,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { NumberField, Switch, Text } from '@backstage/ui';
import { useState } from 'react';

import { evenkeelTranslationRef } from '../translation';
import { useChangeSettings, useSettings } from './data';
import styles from './toil.module.css';

/** How a team's toil is measured. */
export function Settings(props: {
  team: string;
  settings: Schemas['ToilSettings'];
  member: boolean;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { team, settings, member } = props;
  const [open, setOpen] = useState(false);
  return (
    <Section
      title={t('toil.settings.title')}
      actions={
        <RightButton
          reason={member ? undefined : t('toil.first.members', { team })}
          size="small"
          variant="secondary"
          onPress={() => setOpen(true)}
        >
          {t('toil.settings.change')}
        </RightButton>
      }
    >
      <Text as="p" variant="body-medium">
        {t('toil.settings.summary', {
          hours: String(settings.hoursPerWeek),
          days: String(settings.daysPerWeek),
          overhead: String(settings.overheadPercent),
          cap: String(settings.capPercent),
        })}{' '}
        {settings.asks ? t('toil.settings.asked') : t('toil.settings.notAsked')}
      </Text>
      {open && <SettingsDialog team={team} onClose={() => setOpen(false)} />}
    </Section>
  );
}

const fields = [
  '/hoursPerWeek',
  '/daysPerWeek',
  '/overheadPercent',
  '/capPercent',
];

function SettingsDialog(props: { team: string; onClose: () => void }) {
  const read = useSettings(props.team, true);
  // What is typed changes the settings that it was begun from, whatever is read meanwhile.
  const [begun, setBegun] = useState<typeof read.data>();
  if (!begun && read.data && !read.isFetching) {
    setBegun(read.data);
  }
  return begun ? (
    <SettingsForm
      key={begun.etag}
      {...props}
      etag={begun.etag}
      settings={begun.value}
      onReload={async () => setBegun((await read.refetch()).data)}
    />
  ) : null;
}

function SettingsForm(props: {
  team: string;
  etag: string;
  settings: Schemas['ToilSettings'];
  onClose: () => void;
  onReload: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { team, etag, settings, onClose, onReload } = props;
  const [input, setInput] = useState<Schemas['ToilSettingsInput']>({
    hoursPerWeek: settings.hoursPerWeek,
    daysPerWeek: settings.daysPerWeek,
    overheadPercent: settings.overheadPercent,
    capPercent: settings.capPercent,
    asks: settings.asks,
    proposesIncidents: settings.proposesIncidents,
  });
  const set = (part: Partial<Schemas['ToilSettingsInput']>) =>
    setInput(before => ({ ...before, ...part }));
  const change = useChangeSettings(team, onClose);
  const refusal = refusalBesideRace(change.error, fields);
  return (
    <FormDialog
      title={t('toil.settings.changeTitle')}
      open
      onClose={onClose}
      pending={change.isPending}
      refusal={refusal}
      onSubmit={() => change.mutate({ etag, settings: input })}
    >
      <LostRace error={change.error} onReload={onReload} />
      <div className={styles.two}>
        <NumberField
          label={t('toil.settings.hours')}
          value={input.hoursPerWeek}
          onChange={hoursPerWeek => set({ hoursPerWeek })}
          {...faultAt(refusal, '/hoursPerWeek')}
        />
        <NumberField
          label={t('toil.settings.days')}
          value={input.daysPerWeek}
          onChange={daysPerWeek => set({ daysPerWeek })}
          {...faultAt(refusal, '/daysPerWeek')}
        />
        <NumberField
          label={t('toil.settings.overhead')}
          value={input.overheadPercent}
          onChange={overheadPercent => set({ overheadPercent })}
          {...faultAt(refusal, '/overheadPercent')}
        />
        <NumberField
          label={t('toil.settings.cap')}
          value={input.capPercent}
          onChange={capPercent => set({ capPercent })}
          {...faultAt(refusal, '/capPercent')}
        />
      </div>
      <Switch
        label={t('toil.settings.asks')}
        isSelected={input.asks}
        onChange={asks => set({ asks })}
      />
      <Switch
        label={t('toil.settings.incidents')}
        isSelected={input.proposesIncidents ?? false}
        onChange={proposesIncidents => set({ proposesIncidents })}
      />
    </FormDialog>
  );
}
