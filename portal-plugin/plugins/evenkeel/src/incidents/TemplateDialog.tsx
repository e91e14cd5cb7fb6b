import type { Schemas } from '@evenkeel/client';
import {
  FormDialog,
  LostRace,
  faultAt,
  refusalBesideRace,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Checkbox,
  CheckboxGroup,
  Text,
  TextAreaField,
  TextField,
} from '@backstage/ui';
import { useState } from 'react';

import { over } from '../acts/over';
import { evenkeelTranslationRef } from '../translation';
import { severities } from './data';
import { Changed, type Told } from './race';
import { useDeleteTemplate, useWriteTemplate } from './templates';

type Template = Schemas['PostmortemTemplate'];

/** What is typed: the required sections are lines. */
type Draft = {
  name: string;
  severities: readonly (typeof severities)[number][];
  required: string;
  markdown: string;
};

const fields = ['/slug', '/name', '/severities', '/required', '/markdown'];

function draftOf(template: Template | undefined): Draft {
  return {
    name: template?.name ?? '',
    severities: template?.severities ?? [],
    required: (template?.required ?? []).join('\n'),
    markdown: template?.markdown ?? '',
  };
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map(line => line.trim())
    .filter(Boolean);
}

/** Makes a template of postmortems, or revises one. */
export function TemplateDialog(props: {
  /** As it is now; undefined of one that is made. */
  template: Template | undefined;
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { template, onClose } = props;
  // What is typed changes the template as it was when the dialog was opened.
  const [seen, setSeen] = useState(template);
  const [slug, setSlug] = useState('');
  const [draft, setDraft] = useState(() => draftOf(template));
  const write = useWriteTemplate(onClose);
  const refusal = refusalBesideRace(write.error, fields);
  const set = (part: Partial<Draft>) =>
    setDraft(before => ({ ...before, ...part }));
  const told = (of: Draft): Told => [
    [t('incidents.templates.name'), of.name],
    [
      t('incidents.templates.severities'),
      of.severities.map(s => t(`incidents.severity.${s}`)).join(', '),
    ],
    [t('incidents.templates.required'), linesOf(of.required).join(', ')],
    [t('incidents.templates.markdown'), of.markdown],
  ];
  return (
    <FormDialog
      title={t(
        template ? 'incidents.templates.revise' : 'incidents.templates.add',
      )}
      open
      width={760}
      onClose={onClose}
      pending={write.isPending}
      refusal={refusal}
      onSubmit={() =>
        write.mutate({
          seen,
          slug,
          terms: {
            name: draft.name,
            markdown: draft.markdown,
            severities: [...draft.severities],
            required: linesOf(draft.required),
          },
        })
      }
    >
      <LostRace
        error={write.error}
        keeps
        onReload={() => {
          write.reset();
          setDraft(mine => over(mine, draftOf(seen), draftOf(template)));
          setSeen(template);
        }}
      >
        {template && seen && template.version > seen.version && (
          <Changed was={told(draftOf(seen))} now={told(draftOf(template))} />
        )}
      </LostRace>
      <TextField
        label={t('incidents.templates.name')}
        value={draft.name}
        onChange={name => set({ name })}
        {...faultAt(refusal, '/name')}
      />
      {!template && (
        <TextField
          label={t('incidents.templates.slug')}
          description={t('incidents.templates.slugNote')}
          value={slug}
          onChange={setSlug}
          {...faultAt(refusal, '/slug')}
        />
      )}
      <CheckboxGroup
        label={t('incidents.templates.severities')}
        description={t('incidents.templates.severitiesNote')}
        value={[...draft.severities]}
        onChange={keys =>
          set({ severities: severities.filter(s => keys.includes(s)) })
        }
        {...faultAt(refusal, '/severities')}
      >
        {severities.map(s => (
          <Checkbox key={s} value={s}>
            {t(`incidents.severity.${s}`)}
          </Checkbox>
        ))}
      </CheckboxGroup>
      <TextAreaField
        label={t('incidents.templates.markdown')}
        description={t('incidents.templates.markdownNote')}
        rows={10}
        value={draft.markdown}
        onChange={markdown => set({ markdown })}
        {...faultAt(refusal, '/markdown')}
      />
      <TextAreaField
        label={t('incidents.templates.required')}
        description={t('incidents.templates.requiredNote')}
        rows={4}
        value={draft.required}
        onChange={required => set({ required })}
        {...faultAt(refusal, '/required')}
      />
    </FormDialog>
  );
}

/** Asks whether a template is really to be taken away. */
export function DeleteTemplateDialog(props: {
  /** As it is now. */
  template: Template;
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { template, onClose } = props;
  const [seen, setSeen] = useState(template);
  const remove = useDeleteTemplate(onClose);
  return (
    <FormDialog
      title={t('incidents.templates.removeTitle', { name: template.name })}
      open
      destructive
      onClose={onClose}
      pending={remove.isPending}
      refusal={refusalBesideRace(remove.error, [])}
      submit={t('incidents.templates.remove')}
      onSubmit={() => remove.mutate(seen)}
    >
      <LostRace
        error={remove.error}
        keeps
        onReload={() => {
          remove.reset();
          setSeen(template);
        }}
      />
      <Text as="p">{t('incidents.templates.removeText')}</Text>
    </FormDialog>
  );
}
