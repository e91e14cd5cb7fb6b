import type { Schemas } from '@evenkeel/client';
import {
  FormDialog,
  LostRace,
  More,
  Nothing,
  RightButton,
  Row,
  Rows,
  Section,
  Shown,
  faultAt,
  moment,
  refusalOf,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, Flex, TextAreaField, TextField } from '@backstage/ui';
import { useState } from 'react';

import { evenkeelTranslationRef } from '../translation';
import { useTimeline, useWriteTimeline } from './data';

/** What was seen, done and decided, each with its time. */
export function Timeline(props: {
  incident: string;
  /** Why whoever is signed in does not write here. */
  reason: string | undefined;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { incident, reason } = props;
  const read = useTimeline(incident);
  const [open, setOpen] = useState<Schemas['TimelineEntry'] | 'new'>();
  const withdraw = useWriteTimeline(incident, () => undefined);
  return (
    <Section
      title={t('incidents.timeline.title')}
      actions={
        <RightButton
          reason={reason}
          size="small"
          variant="secondary"
          onPress={() => setOpen('new')}
        >
          {t('incidents.timeline.add')}
        </RightButton>
      }
    >
      <LostRace error={withdraw.error} onReload={() => withdraw.reset()} />
      <Shown what={t('incidents.timeline.title')} read={read}>
        {entries =>
          entries.length > 0 ? (
            <>
              <Rows label={t('incidents.timeline.title')}>
                {entries.map(e => (
                  <Row
                    key={e.id}
                    sub={[
                      moment(e.at),
                      t(`incidents.timeline.kinds.${e.kind}`),
                      e.by,
                    ]
                      .filter(Boolean)
                      .join(' · ')}
                    end={
                      e.kind === 'note' &&
                      !e.withdrawnAt &&
                      reason === undefined && (
                        <Flex gap="2">
                          <Button
                            size="small"
                            variant="tertiary"
                            onPress={() => setOpen(e)}
                          >
                            {t('incidents.timeline.edit')}
                          </Button>
                          <Button
                            size="small"
                            variant="tertiary"
                            destructive
                            onPress={() => withdraw.mutate({ entry: e })}
                          >
                            {t('incidents.timeline.withdraw')}
                          </Button>
                        </Flex>
                      )
                    }
                  >
                    {e.withdrawnAt ? (
                      <em>
                        {t('incidents.timeline.withdrawn', {
                          by: e.withdrawnBy,
                        })}
                      </em>
                    ) : (
                      e.text
                    )}
                  </Row>
                ))}
              </Rows>
              <More of={read} />
            </>
          ) : (
            <Nothing title={t('incidents.timeline.none')}>
              {t('incidents.timeline.noneText')}
            </Nothing>
          )
        }
      </Shown>
      {open && (
        <EntryDialog
          incident={incident}
          entry={open === 'new' ? undefined : open}
          onClose={() => setOpen(undefined)}
        />
      )}
    </Section>
  );
}

function EntryDialog(props: {
  incident: string;
  entry: Schemas['TimelineEntry'] | undefined;
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { incident, entry, onClose } = props;
  const [text, setText] = useState(entry?.text ?? '');
  const [at, setAt] = useState(entry?.at.slice(0, 16) ?? '');
  const write = useWriteTimeline(incident, onClose);
  const refusal = refusalOf(write.error, ['/text', '/at', '/link']);
  return (
    <FormDialog
      title={t('incidents.timeline.add')}
      open
      onClose={onClose}
      pending={write.isPending}
      refusal={refusal}
      submit={t('incidents.timeline.write')}
      onSubmit={() =>
        write.mutate({
          entry,
          text: {
            text,
            at: /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(at)
              ? `${at}:00Z`
              : at || undefined,
          },
        })
      }
    >
      <LostRace error={write.error} onReload={onClose} />
      <TextAreaField
        label={t('incidents.timeline.text')}
        rows={3}
        value={text}
        onChange={setText}
        {...faultAt(refusal, '/text')}
      />
      <TextField
        label={t('incidents.timeline.at')}
        value={at}
        onChange={setAt}
        {...faultAt(refusal, '/at')}
      />
    </FormDialog>
  );
}
