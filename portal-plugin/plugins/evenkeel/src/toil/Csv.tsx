import {
  FormDialog,
  RightButton,
  faultAt,
  refusalOf,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Button, Text, TextAreaField } from '@backstage/ui';
import { useState } from 'react';

import { evenkeelTranslationRef } from '../translation';
import { useExport, useImport } from './data';
import styles from './toil.module.css';

function download(name: string, text: string) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** Takes what was logged out as a CSV file, and brings such a file in. */
export function CsvButtons(props: { team: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { team } = props;
  const [open, setOpen] = useState(false);
  const taken = useExport(team, csv => download(`toil-${team}.csv`, csv));
  return (
    <div className={styles.buttons}>
      <Button
        size="small"
        variant="tertiary"
        isPending={taken.isPending}
        onPress={() => taken.mutate()}
      >
        {t('toil.csv.out')}
      </Button>
      <RightButton
        reason={undefined}
        // That of the portal stands at what is logged by hand.
        said
        size="small"
        variant="tertiary"
        onPress={() => setOpen(true)}
      >
        {t('toil.csv.in')}
      </RightButton>
      {open && <ImportDialog team={team} onClose={() => setOpen(false)} />}
    </div>
  );
}

function ImportDialog(props: { team: string; onClose: () => void }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { team, onClose } = props;
  const [text, setText] = useState('');
  const brought = useImport(team);
  const refusal = refusalOf(brought.error, ['/text']);
  // What was looked at is taken only as it was looked at.
  const looked =
    brought.data?.dryRun && brought.variables?.text === text
      ? brought.data
      : undefined;
  return (
    <FormDialog
      title={t('toil.csv.title')}
      open
      onClose={onClose}
      pending={brought.isPending}
      refusal={refusal}
      submit={looked ? t('toil.csv.take') : t('toil.csv.try')}
      onSubmit={() =>
        brought.mutate(
          { text, dryRun: !looked },
          { onSuccess: made => !made.dryRun && onClose() },
        )
      }
    >
      <Text as="p" variant="body-small">
        {t('toil.csv.text')}
      </Text>
      <label>
        <Text as="span" variant="body-small" weight="bold">
          {t('toil.csv.choose')}
        </Text>{' '}
        <input
          type="file"
          accept=".csv,text/csv"
          onChange={async event =>
            setText((await event.target.files?.[0]?.text()) ?? text)
          }
        />
      </label>
      <TextAreaField
        label={t('toil.csv.file')}
        rows={6}
        value={text}
        onChange={setText}
        {...faultAt(refusal, '/text')}
      />
      {looked && (
        <Alert
          role="status"
          status="info"
          icon
          title={t('toil.csv.tried', {
            count: looked.lines,
            added: String(looked.added),
            minutes: String(looked.minutes),
          })}
        />
      )}
    </FormDialog>
  );
}
