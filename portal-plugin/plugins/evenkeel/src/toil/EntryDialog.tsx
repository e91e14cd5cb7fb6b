import { items, type Schemas } from '@evenkeel/client';
import {
  DayField,
  FormDialog,
  LostRace,
  faultAt,
  refusalBesideRace,
  useRead,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Checkbox,
  NumberField,
  Select,
  Text,
  TextAreaField,
  TextField,
} from '@backstage/ui';
import { useState } from 'react';

import { over } from '../acts/over';
import { evenkeelTranslationRef } from '../translation';
import { categories, useLog } from './data';
import styles from './toil.module.css';

/** What toil is like, in the words of the SRE book; each that holds is a point of its score. */
export const attributes = [
  'manual',
  'repetitive',
  'automatable',
  'tactical',
  'noEnduringValue',
  'grows',
] as const;

const fields = ['/day', '/minutes', '/category', '/service', '/link', '/note'];

function inputOf(entry: Schemas['ToilEntry']): Schemas['ToilEntryInput'] {
  return {
    ...Object.fromEntries(attributes.map(a => [a, entry[a] ?? false])),
    day: entry.day,
    minutes: entry.minutes,
    category: entry.category,
    service: entry.service?.slug,
    link: entry.link,
    note: entry.note,
  };
}

/** Logs toil, or changes what was logged. */
export function EntryDialog(props: {
  team: string;
  /** What is changed, as it is now; nothing where a new entry is logged. */
  entry?: Schemas['ToilEntry'];
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { team, entry, onClose } = props;
  // What is typed changes the entry as it was when the dialog was opened.
  const [seen, setSeen] = useState(entry);
  const [input, setInput] = useState<Schemas['ToilEntryInput']>(() =>
    entry
      ? inputOf(entry)
      : {
          day: new Date().toISOString().slice(0, 10),
          minutes: 30,
          category: 'production_interrupts',
          manual: true,
        },
  );
  const set = (part: Partial<Schemas['ToilEntryInput']>) =>
    setInput(before => ({ ...before, ...part }));
  const services = useRead(
    ['service-lists', 'of', team],
    async (api, signal) => {
      const of: Schemas['Service'][] = [];
      const query = { team, limit: 200 };
      for await (const service of items(
        api,
        '/v1/services',
        { query },
        signal,
      )) {
        of.push(service);
      }
      return of;
    },
  );
  const log = useLog(team, onClose);
  const refusal = refusalBesideRace(log.error, fields);
  return (
    <FormDialog
      title={entry ? t('toil.entries.change') : t('toil.entries.log')}
      open
      onClose={onClose}
      pending={log.isPending}
      refusal={refusal}
      submit={entry ? undefined : t('toil.entries.log')}
      onSubmit={() =>
        log.mutate({
          before: seen,
          entry: {
            ...input,
            service: input.service || undefined,
            link: input.link || undefined,
            note: input.note || undefined,
          },
        })
      }
    >
      <LostRace
        error={log.error}
        keeps
        onReload={() => {
          if (seen && entry) {
            setInput(over(input, inputOf(seen), inputOf(entry)));
          }
          setSeen(entry);
          log.reset();
        }}
      />
      <div className={styles.two}>
        <DayField
          label={t('toil.entries.day')}
          value={input.day}
          onChange={day => set({ day })}
          fault={refusal.at('/day')}
        />
        <NumberField
          label={t('toil.entries.minutes')}
          value={input.minutes}
          onChange={minutes => set({ minutes })}
          {...faultAt(refusal, '/minutes')}
        />
      </div>
      <div className={styles.two}>
        <Select
          label={t('toil.entries.kind')}
          options={categories.map(c => ({
            value: c,
            label: t(`toil.category.${c}`),
          }))}
          value={input.category}
          onChange={key => {
            const category = categories.find(c => c === key);
            if (category) {
              set({ category });
            }
          }}
          {...faultAt(refusal, '/category')}
        />
        <Select
          label={t('toil.entries.service')}
          options={[
            { value: '', label: t('toil.entries.noService') },
            ...(services.data ?? []).map(s => ({
              value: s.slug,
              label: s.name,
            })),
          ]}
          value={input.service ?? ''}
          onChange={key => set({ service: String(key ?? '') })}
          {...faultAt(refusal, '/service')}
        />
      </div>
      <fieldset style={{ border: 0, margin: 0, padding: 0 }}>
        <Text as="legend" variant="body-small" weight="bold">
          {t('toil.entries.attributes')}
        </Text>
        <div className={styles.boxes}>
          {attributes.map(a => (
            <Checkbox
              key={a}
              isSelected={input[a] ?? false}
              onChange={on => set({ [a]: on })}
            >
              {t(`toil.entries.${a}`)}
            </Checkbox>
          ))}
        </div>
      </fieldset>
      <TextField
        label={t('toil.entries.link')}
        value={input.link ?? ''}
        onChange={link => set({ link })}
        {...faultAt(refusal, '/link')}
      />
      <TextAreaField
        label={t('toil.entries.note')}
        rows={2}
        value={input.note ?? ''}
        onChange={note => set({ note })}
        {...faultAt(refusal, '/note')}
      />
    </FormDialog>
  );
}
