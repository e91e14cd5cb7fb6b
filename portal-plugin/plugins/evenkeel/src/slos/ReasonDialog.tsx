import {
  FormDialog,
  faultAt,
  refusalOf,
  type Change,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text, TextAreaField } from '@backstage/ui';
import { useState } from 'react';

import { evenkeelTranslationRef } from '../translation';
import { SecondPerson } from './SecondPerson';
import { needsApproval } from './acts';

/** An act that takes a few words of why; where another person has to approve it, it is proposed. */
export function ReasonDialog<Made>(props: {
  title: string;
  text: string;
  submit: string;
  /** What the words are called, and the pointer of their field. */
  label: string;
  pointer: '/reason' | '/note';
  isOptional?: boolean;
  destructive?: boolean;
  change: Change<string, Made>;
  /** Proposes it; absent for what needs nobody. */
  propose?: {
    isPending: boolean;
    error: Error | null;
    mutate: (words: string, why: string) => void;
  };
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { change, propose, onClose, pointer } = props;
  const [words, setWords] = useState('');
  const [why, setWhy] = useState('');
  const asks = needsApproval(change.error) && propose !== undefined;
  const refusal = refusalOf(asks ? null : change.error, [pointer]);
  const refused = refusalOf(propose?.error ?? null, ['/reason']);
  return (
    <FormDialog
      title={props.title}
      open
      onClose={onClose}
      pending={change.isPending || Boolean(propose?.isPending)}
      refusal={asks ? refused : refusal}
      submit={asks ? t('slos.proposals.propose') : props.submit}
      destructive={props.destructive && !asks}
      onSubmit={() =>
        asks
          ? propose.mutate(words, why)
          : change.mutate(words, { onSuccess: onClose })
      }
    >
      <Text as="p">{props.text}</Text>
      <TextAreaField
        label={props.label}
        isRequired={!props.isOptional}
        rows={3}
        value={words}
        onChange={setWords}
        {...faultAt(refusal, pointer)}
      />
      <SecondPerson
        error={propose ? change.error : null}
        why={why}
        onWhy={setWhy}
        refusal={refused}
      />
    </FormDialog>
  );
}
