import {
  FormDialog,
  LostRace,
  faultAt,
  refusalBesideRace,
  type Refusal,
} from '@evenkeel/plugin-evenkeel-react';
import { Text, TextAreaField, TextField } from '@backstage/ui';
import { useState, type ReactNode } from 'react';

/** A dialog that asks for a text, and for a link where one helps. */
export function ReasonDialog(props: {
  title: string;
  /** What comes of it, where the title does not say that. */
  text?: string;
  label: string;
  /** The field of the API that the text is. */
  pointer: '/reason' | '/note' | '/text';
  isRequired?: boolean;
  linkLabel?: string;
  submit: string;
  destructive?: boolean;
  error: Error | null;
  pending: boolean;
  /** What somebody else changed meanwhile, where they were first. */
  theirs?: ReactNode;
  /** Why it cannot be done any more, after what somebody else did. */
  overtaken?: string;
  /** Goes on from what somebody else changed, and what was typed stays; it is closed without. */
  onReload?: () => void;
  onSubmit: (text: string, link: string | undefined) => void;
  onClose: () => void;
  /** What was refused of the fields among the children. */
  refusal?: Refusal;
  /** More fields. */
  children?: ReactNode;
}) {
  const [text, setText] = useState('');
  const [link, setLink] = useState('');
  const refusal = refusalBesideRace(props.error, [props.pointer, '/link']);
  return (
    <FormDialog
      title={props.title}
      open
      onClose={props.onClose}
      pending={props.pending}
      refusal={props.refusal ?? refusal}
      overtaken={props.overtaken}
      submit={props.submit}
      destructive={props.destructive}
      onSubmit={() => props.onSubmit(text, link || undefined)}
    >
      <LostRace
        error={props.error}
        keeps={props.onReload !== undefined}
        onReload={props.onReload ?? props.onClose}
      >
        {props.theirs}
      </LostRace>
      {props.text && <Text as="p">{props.text}</Text>}
      <TextAreaField
        label={props.label}
        isRequired={props.isRequired}
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
      {props.children}
    </FormDialog>
  );
}
