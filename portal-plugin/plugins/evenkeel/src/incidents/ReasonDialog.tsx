import { FormDialog, LostRace, faultAt } from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { TextAreaField, TextField } from '@backstage/ui';
import { useState, type ReactNode } from 'react';

import { evenkeelTranslationRef } from '../translation';
import { refusalBesideRace } from './race';

/** A dialog that asks for a text, and for a link where one helps. */
export function ReasonDialog(props: {
  title: string;
  label: string;
  /** The field of the API that the text is. */
  pointer: string;
  linkLabel?: string;
  submit: string;
  destructive?: boolean;
  error: Error | null;
  pending: boolean;
  /** What somebody else changed meanwhile, where they were first. */
  theirs?: ReactNode;
  /** Goes on from what somebody else changed, and what was typed stays; it is closed without. */
  onReload?: () => void;
  onSubmit: (text: string, link: string | undefined) => void;
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const [text, setText] = useState('');
  const [link, setLink] = useState('');
  const refusal = refusalBesideRace(props.error, [props.pointer, '/link']);
  return (
    <FormDialog
      title={props.title}
      open
      onClose={props.onClose}
      pending={props.pending}
      refusal={refusal}
      submit={props.submit}
      destructive={props.destructive}
      onSubmit={() => props.onSubmit(text, link || undefined)}
    >
      <LostRace
        error={props.error}
        reload={props.onReload && t('incidents.race.goOn')}
        onReload={props.onReload ?? props.onClose}
      >
        {props.theirs}
      </LostRace>
      <TextAreaField
        label={props.label}
        rows={3}
        value={text}
        onChange={setText}
        {...faultAt(refusal, props.pointer)}
      />
      {props.linkLabel && (
        <TextField
          label={props.linkLabel}
          value={link}
          onChange={setLink}
          {...faultAt(refusal, '/link')}
        />
      )}
    </FormDialog>
  );
}
