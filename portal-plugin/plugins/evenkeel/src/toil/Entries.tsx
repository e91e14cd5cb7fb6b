import type { Schemas } from '@evenkeel/client';
import {
  DataTable,
  LostRace,
  Nothing,
  Refused,
  Shown,
  day,
  refusalOf,
  Section,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import { useState } from 'react';

import { evenkeelTranslationRef } from '../translation';
import { CsvButtons } from './Csv';
import { EntryDialog } from './EntryDialog';
import { Proposals } from './Proposals';
import { useEntries, useStrike } from './data';
import styles from './toil.module.css';

/** How many entries a page of them has. */
const PAGE = 20;

/** What whoever is signed in logged, and what may have been toil of theirs. */
export function Entries(props: { team: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { team } = props;
  const [limit, setLimit] = useState(PAGE);
  const [open, setOpen] = useState<Schemas['ToilEntry'] | 'new'>();
  const read = useEntries(team, limit, true);
  const strike = useStrike(team);
  return (
    <Section
      title={t('toil.entries.title')}
      note={t('toil.entries.privately')}
      actions={
        <Button size="small" variant="primary" onPress={() => setOpen('new')}>
          {t('toil.entries.log')}
        </Button>
      }
    >
      <Proposals team={team} />
      <LostRace error={strike.error} onReload={() => strike.reset()} />
      <Refused refusal={refusalOf(strike.error, [])} />
      <Shown what={t('toil.entries.title')} read={read}>
        {list =>
          list.items?.length ? (
            <>
              <DataTable
                caption={t('toil.entries.title')}
                head={[
                  t('toil.entries.kind'),
                  t('toil.entries.day'),
                  t('toil.entries.actions'),
                ]}
              >
                {list.items.map(entry => (
                  <tr key={entry.id}>
                    <th scope="row">
                      {t(`toil.category.${entry.category}`)}
                      <span className={styles.sub}>
                        {[
                          t('toil.entries.minutesOf', {
                            minutes: String(entry.minutes),
                          }),
                          entry.service?.slug,
                          t('toil.entries.score', {
                            score: String(entry.score),
                          }),
                          entry.note,
                        ]
                          .filter(Boolean)
                          .join(' · ')}
                      </span>
                    </th>
                    <td className={styles.number}>{day(entry.day)}</td>
                    <td>
                      <div className={styles.buttons}>
                        <Button
                          size="small"
                          variant="tertiary"
                          onPress={() => setOpen(entry)}
                        >
                          {t('toil.entries.edit')}
                        </Button>
                        <Button
                          size="small"
                          variant="tertiary"
                          destructive
                          isPending={
                            strike.isPending &&
                            strike.variables?.id === entry.id
                          }
                          onPress={() => strike.mutate(entry)}
                        >
                          {t('toil.entries.remove')}
                        </Button>
                      </div>
                    </td>
                  </tr>
                ))}
              </DataTable>
              {list.next && (
                <Button
                  size="small"
                  variant="secondary"
                  onPress={() => setLimit(limit + PAGE)}
                >
                  {t('toil.entries.more')}
                </Button>
              )}
            </>
          ) : (
            <Nothing title={t('toil.entries.none')}>
              {t('toil.entries.noneText')}
            </Nothing>
          )
        }
      </Shown>
      <CsvButtons team={team} />
      {open && (
        <EntryDialog
          team={team}
          entry={open === 'new' ? undefined : open}
          onClose={() => setOpen(undefined)}
        />
      )}
    </Section>
  );
}
