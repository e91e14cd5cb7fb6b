import {
  FormDialog,
  LostRace,
  faultAt,
  refusalOf,
} from '@evenkeel/plugin-evenkeel-react';
import { TextAreaField, TextField } from '@backstage/ui';
import { useState } from 'react';

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
  onSubmit: (text: string, link: string | undefined) => void;
  onClose: () => void;
}) {
  const [text, setText] = useState('');
  const [link, setLink] = useState('');
  const refusal = refusalOf(props.error, [props.pointer, '/link']);
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
      <LostRace error={props.error} onReload={props.onClose} />
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
