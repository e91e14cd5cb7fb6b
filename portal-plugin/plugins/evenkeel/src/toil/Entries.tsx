import type { Schemas } from '@evenkeel/client';
import {
  DataTable,
  FormDialog,
  LostRace,
  More,
  Nothing,
  RightButton,
  Section,
  Shown,
  day,
  refusalBesideRace,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Link, Text } from '@backstage/ui';
import { useState } from 'react';

import { newer } from '../acts/newer';
import { evenkeelTranslationRef } from '../translation';
import { CsvButtons } from './Csv';
import { EntryDialog } from './EntryDialog';
import { Proposals } from './Proposals';
import { useEntries, useEntry, useStrike } from './data';
import styles from './toil.module.css';

type Entry = Schemas['ToilEntry'];

/** What whoever is signed in logged, and what may have been toil of theirs. */
export function Entries(props: { team: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { team } = props;
  const [open, setOpen] = useState<Entry | 'new'>();
  const [struck, setStruck] = useState<Entry>();
  const read = useEntries(team);
  const looked = struck ?? (open === 'new' ? undefined : open);
  const one = useEntry(team, looked?.id).data;
  // As it is now, wherever it is in the list; as it was looked at where it is not there any more.
  const nowOf = (of: Entry) => newer(of, one?.id === of.id ? one : undefined);
  return (
    <Section
      title={t('toil.entries.title')}
      note={t('toil.entries.privately')}
      actions={
        <>
          <CsvButtons team={team} />
          <RightButton
            reason={undefined}
            size="small"
            variant="primary"
            onPress={() => setOpen('new')}
          >
            {t('toil.entries.log')}
          </RightButton>
        </>
      }
    >
      <Proposals team={team} />
      <Shown what={t('toil.entries.title')} read={read}>
        {entries =>
          entries.length > 0 ? (
            <DataTable
              caption={t('toil.entries.title')}
              head={[
                t('toil.entries.day'),
                t('toil.entries.kind'),
                t('toil.entries.service'),
                t('toil.entries.time'),
                t('toil.entries.like'),
                t('toil.entries.actions'),
              ]}
            >
              {entries.map(entry => (
                <tr key={entry.id}>
                  <th scope="row" className={styles.number}>
                    {day(entry.day)}
                  </th>
                  <td>
                    {t(`toil.category.${entry.category}`)}
                    <span className={styles.sub}>
                      {entry.link ? (
                        <Link href={entry.link}>
                          {entry.note || t('toil.entries.link')}
                        </Link>
                      ) : (
                        entry.note
                      )}
                    </span>
                  </td>
                  <td>{entry.service?.slug ?? '–'}</td>
                  <td className={styles.number}>
                    {t('toil.units.minutes', {
                      minutes: String(entry.minutes),
                    })}
                  </td>
                  <td className={styles.number}>
                    {t('toil.entries.score', { score: String(entry.score) })}
                  </td>
                  <td>
                    <div className={styles.pair}>
                      <RightButton
                        reason={undefined}
                        said
                        size="small"
                        variant="secondary"
                        onPress={() => setOpen(entry)}
                      >
                        {t('toil.entries.edit')}
                      </RightButton>
                      <RightButton
                        reason={undefined}
                        said
                        size="small"
                        variant="tertiary"
                        destructive
                        onPress={() => setStruck(entry)}
                      >
                        {t('toil.entries.remove')}
                      </RightButton>
                    </div>
                  </td>
                </tr>
              ))}
            </DataTable>
          ) : (
            <Nothing title={t('toil.entries.none')}>
              {t('toil.entries.noneText')}
            </Nothing>
          )
        }
      </Shown>
      <More of={read} />
      {open && (
        <EntryDialog
          team={team}
          entry={open === 'new' ? undefined : nowOf(open)}
          onClose={() => setOpen(undefined)}
        />
      )}
      {struck && (
        <Strike
          team={team}
          entry={nowOf(struck)}
          onClose={() => setStruck(undefined)}
        />
      )}
    </Section>
  );
}

function Strike(props: {
  team: string;
  /** As it is now. */
  entry: Entry;
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { team, entry, onClose } = props;
  // What is removed is what was looked at, until its author goes on from how it is now.
  const [seen, setSeen] = useState(entry);
  const strike = useStrike(team, onClose);
  return (
    <FormDialog
      open
      destructive
      title={t('toil.entries.removeTitle')}
      submit={t('toil.entries.remove')}
      pending={strike.isPending}
      refusal={refusalBesideRace(strike.error, [])}
      onClose={onClose}
      onSubmit={() => strike.mutate(seen)}
    >
      <LostRace
        error={strike.error}
        keeps
        onReload={() => {
          setSeen(entry);
          strike.reset();
        }}
      />
      <Text as="p" variant="body-medium">
        {[
          day(entry.day),
          t(`toil.category.${entry.category}`),
          t('toil.units.minutes', { minutes: String(entry.minutes) }),
          entry.note,
        ]
          .filter(Boolean)
          .join(' · ')}
      </Text>
    </FormDialog>
  );
}
