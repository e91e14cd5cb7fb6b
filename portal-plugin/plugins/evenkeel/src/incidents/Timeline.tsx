import type { Schemas } from '@evenkeel/client';
import {
  FormDialog,
  LostRace,
  MomentField,
  More,
  Nothing,
  RightButton,
  Section,
  Shown,
  Sub,
  faultAt,
  moment,
  refusalBesideRace,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Flex, Link, Text, TextAreaField } from '@backstage/ui';
import { useState } from 'react';

import { evenkeelTranslationRef } from '../translation';
import { useTimeline, useWriteTimeline } from './data';
import styles from './incidents.module.css';

type Entry = Schemas['TimelineEntry'];

/** What is being done: a note is written or edited, or an entry is withdrawn. */
type Doing = { act: 'write' } | { act: 'edit' | 'withdraw'; entry: string };

/** What was seen, done and decided, each with its time. */
export function Timeline(props: {
  incident: string;
  /** Why whoever is signed in does not write here. */
  reason: string | undefined;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { incident, reason } = props;
  const read = useTimeline(incident);
  const [doing, setDoing] = useState<Doing>();
  const close = () => setDoing(undefined);
  const entry =
    doing && doing.act !== 'write'
      ? read.data?.find(of => of.id === doing.entry)
      : undefined;
  return (
    <Section
      title={t('incidents.timeline.title')}
      actions={
        <RightButton
          reason={reason}
          size="small"
          variant="secondary"
          onPress={() => setDoing({ act: 'write' })}
        >
          {t('incidents.timeline.add')}
        </RightButton>
      }
    >
      <Shown what={t('incidents.timeline.title')} read={read}>
        {entries =>
          entries.length > 0 ? (
            <>
              <ol
                className={styles.timeline}
                aria-label={t('incidents.timeline.title')}
              >
                {entries.map(e => (
                  <li key={e.id} data-kind={e.kind}>
                    <time dateTime={e.at}>{moment(e.at)}</time>
                    <div>
                      <Said entry={e} />
                      <Sub>
                        {[t(`incidents.timeline.kinds.${e.kind}`), e.by]
                          .filter(Boolean)
                          .join(' · ')}
                        {e.link && (
                          <>
                            {' · '}
                            <Link href={e.link}>
                              {t('incidents.timeline.source')}
                            </Link>
                          </>
                        )}
                      </Sub>
                    </div>
                    {['note', 'imported'].includes(e.kind) &&
                      !e.withdrawnAt && (
                        <Flex gap="1">
                          {(['edit', 'withdraw'] as const).map(act => (
                            <RightButton
                              key={act}
                              reason={reason}
                              // It stands at the head of the timeline.
                              said
                              size="small"
                              variant="tertiary"
                              aria-label={t(`incidents.timeline.${act}Of`, {
                                text: e.text,
                              })}
                              onPress={() => setDoing({ act, entry: e.id })}
                            >
                              {t(`incidents.timeline.${act}`)}
                            </RightButton>
                          ))}
                        </Flex>
                      )}
                  </li>
                ))}
              </ol>
              <More of={read} />
            </>
          ) : (
            <Nothing title={t('incidents.timeline.none')}>
              {t('incidents.timeline.noneText')}
            </Nothing>
          )
        }
      </Shown>
      {(doing?.act === 'write' || (doing?.act === 'edit' && entry)) && (
        <EntryDialog incident={incident} entry={entry} onClose={close} />
      )}
      {doing?.act === 'withdraw' && entry && (
        <WithdrawDialog incident={incident} entry={entry} onClose={close} />
      )}
    </Section>
  );
}

function Said(props: { entry: Entry }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { withdrawnAt, withdrawnBy, text } = props.entry;
  return withdrawnAt ? (
    <em>{t('incidents.timeline.withdrawn', { by: withdrawnBy })}</em>
  ) : (
    <span>{text}</span>
  );
}

function EntryDialog(props: {
  incident: string;
  /** As it is now; undefined of one that is written. */
  entry: Entry | undefined;
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { incident, entry, onClose } = props;
  // What is typed changes the entry as it was when the dialog was opened.
  const [seen, setSeen] = useState(entry);
  const [text, setText] = useState(entry?.text ?? '');
  const [at, setAt] = useState(entry?.at);
  const write = useWriteTimeline(incident, onClose);
  const refusal = refusalBesideRace(write.error, ['/text', '/at', '/link']);
  return (
    <FormDialog
      title={t(
        entry ? 'incidents.timeline.editTitle' : 'incidents.timeline.add',
      )}
      open
      onClose={onClose}
      pending={write.isPending}
      refusal={refusal}
      submit={entry ? undefined : t('incidents.timeline.write')}
      onSubmit={() =>
        write.mutate({
          entry: seen,
          text: { text, at, link: seen?.link || undefined },
        })
      }
    >
      <LostRace
        error={write.error}
        keeps
        onReload={() => {
          write.reset();
          setSeen(entry);
        }}
      >
        {entry && seen && entry.version > seen.version && (
          <blockquote className={styles.theirs}>
            {moment(entry.at)}: <Said entry={entry} />
          </blockquote>
        )}
      </LostRace>
      <TextAreaField
        label={t('incidents.timeline.text')}
        rows={3}
        value={text}
        onChange={setText}
        {...faultAt(refusal, '/text')}
      />
      <MomentField
        label={t('incidents.timeline.at')}
        description={entry ? undefined : t('incidents.timeline.atNote')}
        value={at}
        onChange={setAt}
        fault={refusal.at('/at')}
      />
    </FormDialog>
  );
}

function WithdrawDialog(props: {
  incident: string;
  entry: Entry;
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { incident, entry, onClose } = props;
  const [seen, setSeen] = useState(entry);
  const withdraw = useWriteTimeline(incident, onClose);
  return (
    <FormDialog
      title={t('incidents.timeline.withdrawTitle')}
      open
      destructive
      onClose={onClose}
      pending={withdraw.isPending}
      refusal={refusalBesideRace(withdraw.error, [])}
      submit={t('incidents.timeline.withdraw')}
      onSubmit={() => withdraw.mutate({ entry: seen })}
    >
      <LostRace
        error={withdraw.error}
        keeps
        onReload={() => {
          withdraw.reset();
          setSeen(entry);
        }}
      />
      <Text as="p">{t('incidents.timeline.withdrawText')}</Text>
      <blockquote className={styles.theirs}>
        <Said entry={entry} />
      </blockquote>
    </FormDialog>
  );
}
