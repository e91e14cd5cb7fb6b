import type { Schemas } from '@evenkeel/client';
import { Facts, moment } from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
} from '@backstage/ui';
import { useState } from 'react';

import { evenkeelTranslationRef } from '../translation';
import styles from './service.module.css';

/** A button that opens how a value of a golden signal comes about. */
export function ExplainSignal(props: {
  title: string;
  reading: Schemas['SignalReadingNow'];
  /** The value as it is written, with its name. */
  said: string;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { title, reading, said } = props;
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        size="small"
        variant="tertiary"
        aria-label={t('service.signals.explainOf', {
          signal: title,
          name: reading.name,
        })}
        onPress={() => setOpen(true)}
      >
        {t('service.signals.explain', { name: reading.name })}
      </Button>
      <Dialog isOpen={open} onOpenChange={setOpen} width={640}>
        <DialogHeader>
          {t('service.signals.explainTitle', {
            signal: title,
            name: reading.name,
          })}
        </DialogHeader>
        <DialogBody className={styles.inCard}>
          <Facts
            facts={[
              [t('service.signals.value'), said],
              [t('service.signals.at'), moment(reading.at)],
              [t('service.signals.how'), reading.how],
              reading.slo
                ? [t('service.signals.slo'), reading.slo.slug]
                : undefined,
              reading.dataSource
                ? [t('service.signals.source'), reading.dataSource.slug]
                : undefined,
              ...reading.queries.map(
                (query, at) =>
                  [
                    t('service.signals.query', { number: String(at + 1) }),
                    <code key={query}>{query}</code>,
                  ] as const,
              ),
              reading.detail
                ? [t('service.signals.why'), reading.detail]
                : undefined,
            ]}
          />
        </DialogBody>
        <DialogFooter>
          <Button variant="secondary" onPress={() => setOpen(false)}>
            {t('violations.close')}
          </Button>
        </DialogFooter>
      </Dialog>
    </>
  );
}
