import type { Schemas } from '@evenkeel/client';
import {
  Nothing,
  Refused,
  Row,
  Rows,
  Section,
  Shown,
  Snippet,
  Word,
  problemIn,
  refusalOf,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, TextAreaField } from '@backstage/ui';
import { useState } from 'react';

import { evenkeelTranslationRef } from '../translation';
import { bodyOf, type Draft } from './draft';
import { useFieldNames } from './fields';
import { useReading, useRendering } from './form';
import styles from './slos.module.css';

/** An SLO as a document of OpenSLO, to copy, or to be written there instead. */
export function OpenSLOPanel(props: {
  service: string;
  draft: Draft;
  onTake: (draft: Draft) => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const [open, setOpen] = useState(false);
  const [text, setText] = useState<string>();
  const [warnings, setWarnings] = useState<
    readonly Schemas['OpenSLOWarning'][]
  >([]);
  const rendering = useRendering(props.service, bodyOf(props.draft), open);
  const reading = useReading(read => {
    setWarnings(read.warnings);
    setText(undefined);
    props.onTake(read.slo);
  });
  const faults = problemIn(rendering.error)?.faults ?? [];
  const nameOf = useFieldNames();
  return (
    <Section
      title={t('slos.openslo.title')}
      note={t('slos.openslo.note')}
      actions={
        <Button
          size="small"
          variant="tertiary"
          aria-expanded={open}
          onPress={() => setOpen(!open)}
        >
          {t(open ? 'slos.openslo.hide' : 'slos.openslo.show')}
        </Button>
      }
    >
      {open && (
        <div className={styles.stack}>
          {text !== undefined && (
            <>
              <Refused refusal={refusalOf(reading.error, [])} />
              <TextAreaField
                className={styles.document}
                label={t('slos.openslo.text')}
                rows={18}
                value={text}
                onChange={setText}
              />
              <div className={styles.buttons}>
                <Button
                  variant="primary"
                  isPending={reading.isPending}
                  onPress={() => reading.mutate(text)}
                >
                  {t('slos.openslo.take')}
                </Button>
                <Button
                  variant="secondary"
                  onPress={() => {
                    reading.reset();
                    setText(undefined);
                  }}
                >
                  {t('slos.form.cancel')}
                </Button>
              </div>
            </>
          )}
          {text === undefined &&
            (faults.length > 0 ? (
              <Nothing
                title={t('slos.preview.notYet')}
                action={
                  <Button variant="secondary" onPress={() => setText('')}>
                    {t('slos.openslo.write')}
                  </Button>
                }
              >
                {faults
                  .map(f => `${nameOf(f.pointer)}: ${f.message}`)
                  .join('; ')}
              </Nothing>
            ) : (
              <Shown what={t('slos.openslo.title')} read={rendering}>
                {document => (
                  <>
                    <Snippet text={document} />
                    <Button
                      variant="secondary"
                      onPress={() => setText(document)}
                    >
                      {t('slos.openslo.write')}
                    </Button>
                  </>
                )}
              </Shown>
            ))}
          {warnings.length > 0 && (
            <Rows label={t('slos.preview.warnings')}>
              {warnings.map(w => (
                <Row
                  key={`${w.pointer}${w.code}`}
                  sub={t('slos.openslo.line', {
                    line: String(w.line),
                    pointer: w.pointer,
                  })}
                  end={<Word tone="warning">{t('slos.preview.warning')}</Word>}
                >
                  <span className={styles.sentence}>{w.message}</span>
                </Row>
              ))}
            </Rows>
          )}
        </div>
      )}
    </Section>
  );
}
