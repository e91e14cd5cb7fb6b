import type { Schemas } from '@evenkeel/client';
import { Facts, Shown, number, moment } from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  Text,
} from '@backstage/ui';
import { useState, type ReactNode } from 'react';

import { evenkeelTranslationRef } from '../translation';
import { useCorrections, useExplanation, useStatus, type Name } from './data';
import styles from './slos.module.css';

/**
 * A figure that opens how it comes about: its formula with the numbers, the raw counts, what the
 * data source is asked, and the corrections.
 */
export function Explain(props: {
  of: Name;
  /** The figures that are told of, as the API calls them, such as "window.sli". */
  figures: readonly string[];
  /** Names what is explained: "SLI". */
  what: string;
  children: ReactNode;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className={styles.figure}
        aria-label={t('slos.explain.open', { what: props.what })}
        aria-haspopup="dialog"
        title={t('slos.explain.open', { what: props.what })}
        onClick={() => setOpen(true)}
      >
        {props.children}
      </button>
      <Dialog isOpen={open} onOpenChange={setOpen} width={680}>
        <DialogHeader>
          {t('slos.explain.title', { what: props.what })}
        </DialogHeader>
        <DialogBody>
          {open && <Explained of={props.of} figures={props.figures} />}
        </DialogBody>
        <DialogFooter>
          <Button variant="secondary" onPress={() => setOpen(false)}>
            {t('slos.close')}
          </Button>
        </DialogFooter>
      </Dialog>
    </>
  );
}

function Explained(props: { of: Name; figures: readonly string[] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const explanation = useExplanation(props.of, true);
  const status = useStatus(props.of);
  const corrections = useCorrections(props.of);
  return (
    <Shown what={t('slos.explain.what')} read={explanation}>
      {e => (
        <div className={styles.explained}>
          <Text as="p">{e.because}</Text>
          {e.figures
            .filter(f => props.figures.includes(f.figure))
            .map(f => (
              <OfFigure key={f.figure} figure={f} />
            ))}
          <Facts
            facts={[
              [
                t('slos.explain.counts'),
                status.data
                  ? t('slos.explain.countsOf', {
                      good: number(status.data.window.good, 3),
                      total: number(status.data.window.total, 3),
                      when: status.data.windowEnd
                        ? moment(status.data.windowEnd)
                        : t('slos.unknown'),
                    })
                  : t('slos.unknown'),
              ],
              [t('slos.explain.measured'), e.measured.text],
              ...e.measured.queries.map(
                q =>
                  [
                    t('slos.explain.query', { name: q.name }),
                    <code key={q.name}>{q.text}</code>,
                  ] as const,
              ),
              [
                t('slos.explain.corrections'),
                corrections.data && corrections.data.length > 0
                  ? corrections.data
                      .map(
                        c =>
                          `${t(`slos.corrections.effect.${c.effect}`)}: ${
                            c.reason
                          }`,
                      )
                      .join('; ')
                  : t('slos.explain.noCorrections'),
              ],
              [t('slos.explain.version'), e.formulas],
            ]}
          />
        </div>
      )}
    </Shown>
  );
}

function OfFigure(props: { figure: Schemas['Figure'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { figure } = props;
  return (
    <section className={styles.formula}>
      <Text as="h3" variant="title-x-small">
        <code>{figure.figure}</code>
      </Text>
      <Facts
        facts={[
          [t('slos.explain.formula'), <code key="f">{figure.formula}</code>],
          [t('slos.explain.worked'), figure.worked],
          [t('slos.explain.value'), figure.value || t('slos.unknown')],
          [t('slos.explain.source'), figure.source],
        ]}
      />
    </section>
  );
}
