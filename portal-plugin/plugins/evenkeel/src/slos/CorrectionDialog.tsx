import type { Schemas } from '@evenkeel/client';
import {
  FormDialog,
  MomentField,
  faultAt,
  number,
  percent,
  problemIn,
  refusalOf,
  useSettled,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  NumberField,
  Select,
  Text,
  TextAreaField,
  TextField,
} from '@backstage/ui';
import { useState } from 'react';

import { evenkeelTranslationRef } from '../translation';
import { SecondPerson } from './SecondPerson';
import {
  needsApproval,
  useCorrect,
  useCorrectionPreview,
  usePropose,
} from './acts';
import type { Name } from './data';
import styles from './slos.module.css';

type Correction = Schemas['CorrectionInput'];

const kinds = [
  'maintenance',
  'deploy',
  'incident',
  'measurement_error',
  'external',
  'other',
] as const;
const effects = ['exclude', 'count_good'] as const;

/** Has the events of a time not count, or count as good, with what that does to the budget. */
export function CorrectionDialog(props: { of: Name; onClose: () => void }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { of, onClose } = props;
  const [body, setBody] = useState<Correction>({
    effect: 'exclude',
    kind: 'maintenance',
    reason: '',
  });
  const [why, setWhy] = useState('');
  const { recurrence } = body;
  const correct = useCorrect(of);
  const propose = usePropose(of, onClose);
  const asks = needsApproval(correct.error);
  const pointers = [
    ...['/effect', '/kind', '/reason'],
    ...(recurrence
      ? [
          '/recurrence/start',
          '/recurrence/timeZone',
          '/recurrence/rule',
          '/recurrence/durationSeconds',
        ]
      : ['/from', '/to']),
  ];
  const refusal = refusalOf(asks ? null : correct.error, pointers);
  const refused = refusalOf(propose.error, ['/reason']);
  // What was changed is another act, which may need nobody.
  const set = (part: Partial<Correction>) => {
    setBody(before => ({ ...before, ...part }));
    if (asks) {
      correct.reset();
    }
  };
  return (
    <FormDialog
      title={t('slos.corrections.new')}
      open
      width={680}
      onClose={onClose}
      pending={correct.isPending || propose.isPending}
      refusal={asks ? refused : refusal}
      submit={t(asks ? 'slos.proposals.propose' : 'slos.corrections.submit')}
      onSubmit={() =>
        asks
          ? propose.mutate({
              reason: why,
              correction: { ...of, declaration: body },
            })
          : correct.mutate(body, { onSuccess: onClose })
      }
    >
      <div className={styles.two}>
        <Select
          label={t('slos.corrections.does')}
          options={effects.map(e => ({
            value: e,
            label: t(`slos.corrections.effect.${e}`),
          }))}
          value={body.effect}
          onChange={key =>
            set({ effect: effects.find(e => e === key) ?? 'exclude' })
          }
          {...faultAt(refusal, '/effect')}
        />
        <Select
          label={t('slos.corrections.what')}
          options={kinds.map(k => ({
            value: k,
            label: t(`slos.corrections.kind.${k}`),
          }))}
          value={body.kind}
          onChange={key => set({ kind: kinds.find(k => k === key) ?? 'other' })}
          {...faultAt(refusal, '/kind')}
        />
      </div>
      <Select
        label={t('slos.corrections.times')}
        options={[
          { value: 'once', label: t('slos.corrections.once') },
          { value: 'again', label: t('slos.corrections.again') },
        ]}
        value={recurrence ? 'again' : 'once'}
        onChange={key =>
          set({
            from: undefined,
            to: undefined,
            recurrence:
              key === 'again'
                ? {
                    start: '',
                    rule: 'FREQ=WEEKLY',
                    durationSeconds: 3600,
                    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
                  }
                : undefined,
          })
        }
      />
      {recurrence ? (
        <Recurrence
          recurrence={recurrence}
          set={part => set({ recurrence: { ...recurrence, ...part } })}
          refusal={refusal}
        />
      ) : (
        <div className={styles.two}>
          <MomentField
            label={t('slos.corrections.from')}
            value={body.from}
            onChange={from => set({ from })}
            fault={refusal.at('/from')}
          />
          <MomentField
            label={t('slos.corrections.to')}
            value={body.to}
            onChange={to => set({ to })}
            fault={refusal.at('/to')}
          />
        </div>
      )}
      <TextAreaField
        label={t('slos.corrections.why')}
        isRequired
        rows={2}
        value={body.reason}
        onChange={reason => set({ reason })}
        {...faultAt(refusal, '/reason')}
      />
      <WouldDo of={of} body={body} />
      <SecondPerson
        error={correct.error}
        why={why}
        onWhy={setWhy}
        refusal={refused}
      />
    </FormDialog>
  );
}

function Recurrence(props: {
  recurrence: Schemas['Recurrence'];
  set: (part: Partial<Schemas['Recurrence']>) => void;
  refusal: ReturnType<typeof refusalOf>;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { recurrence, set, refusal } = props;
  return (
    <>
      <div className={styles.two}>
        <TextField
          label={t('slos.corrections.first')}
          description={t('slos.corrections.firstNote')}
          isRequired
          value={recurrence.start}
          onChange={start => set({ start })}
          {...faultAt(refusal, '/recurrence/start')}
        />
        <TextField
          label={t('slos.form.timeZone')}
          value={recurrence.timeZone ?? ''}
          onChange={timeZone => set({ timeZone: timeZone || undefined })}
          {...faultAt(refusal, '/recurrence/timeZone')}
        />
      </div>
      <div className={styles.two}>
        <TextField
          label={t('slos.corrections.rule')}
          description={t('slos.corrections.ruleNote')}
          isRequired
          value={recurrence.rule}
          onChange={rule => set({ rule })}
          {...faultAt(refusal, '/recurrence/rule')}
        />
        <NumberField
          label={t('slos.corrections.minutes')}
          minValue={1}
          value={
            // An empty field is no length, which the API says of it.
            recurrence.durationSeconds > 0
              ? recurrence.durationSeconds / 60
              : NaN
          }
          onChange={minutes =>
            set({ durationSeconds: Math.round(minutes * 60) || 0 })
          }
          {...faultAt(refusal, '/recurrence/durationSeconds')}
        />
      </div>
    </>
  );
}

// What the budget of the window would be with it.
function WouldDo(props: { of: Name; body: Correction }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  // Why is no matter of what it does.
  const text = JSON.stringify({ ...props.body, reason: '-' });
  const settled = useSettled(text, 400);
  const body: Correction = JSON.parse(settled);
  const dated = Boolean((body.from && body.to) || body.recurrence?.start);
  const preview = useCorrectionPreview(props.of, body, dated);
  const working = preview.isFetching || text !== settled;
  const unknown = t('slos.unknown');
  const budget = (sum: Schemas['CorrectedSum']) =>
    sum.remaining === null ? unknown : percent(sum.remaining, 1);
  const sli = (sum: Schemas['CorrectedSum']) =>
    sum.sli === null ? unknown : percent(sum.sli, 3);
  // What is known of other days says nothing of these, and what was known may have changed.
  const found = preview.error || working ? undefined : preview.data;
  let said: string = t('slos.corrections.previewNone');
  if (dated && found) {
    said = '';
  } else if (dated && working) {
    said = t('slos.corrections.previewing');
  } else if (preview.error) {
    said = (problemIn(preview.error)?.faults ?? [])
      .map(f => f.message)
      .join('; ');
    said = said || preview.error.message;
  }
  return (
    <section className={styles.formula} aria-live="polite">
      <Text as="h3" variant="title-x-small">
        {t('slos.corrections.would')}
      </Text>
      {dated && found ? (
        <dl className={styles.smallFigures}>
          <div>
            <dt>{t('slos.figures.budget')}</dt>
            <dd>
              <strong>
                {t('slos.corrections.change', {
                  before: budget(found.before),
                  after: budget(found.after),
                })}
              </strong>
            </dd>
          </div>
          <div>
            <dt>{t('slos.figures.sli')}</dt>
            <dd>
              <strong>
                {t('slos.corrections.change', {
                  before: sli(found.before),
                  after: sli(found.after),
                })}
              </strong>
            </dd>
          </div>
          <div>
            <dt>{t('slos.corrections.events')}</dt>
            <dd>
              <strong>
                {t('slos.corrections.change', {
                  before: number(found.before.total, 0),
                  after: number(found.after.total, 0),
                })}
              </strong>
            </dd>
          </div>
        </dl>
      ) : (
        <Text as="p" variant="body-small" color="secondary">
          {said}
        </Text>
      )}
    </section>
  );
}
