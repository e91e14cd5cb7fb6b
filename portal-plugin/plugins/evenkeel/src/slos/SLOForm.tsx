import type { Schemas } from '@evenkeel/client';
import {
  LostRace,
  Refused,
  RightButton,
  Section,
  belongs,
  problemIn,
  refusalOf,
  useMe,
} from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import { useState, type FormEvent } from 'react';
import { useNavigate } from 'react-router-dom';

import { useService } from '../service/data';
import { sloRouteRef } from '../routes';
import { evenkeelTranslationRef } from '../translation';
import { IndicatorFields } from './IndicatorFields';
import { NameFields } from './NameFields';
import { OpenSLOPanel } from './OpenSLOPanel';
import { PreviewPanel } from './PreviewPanel';
import { SuggestionsPanel } from './SuggestionsPanel';
import { TermsFields } from './TermsFields';
import { bodyOf, type Draft } from './draft';
import { useSave, useSettled } from './form';
import styles from './slos.module.css';

/** The pointers of the fields that the form shows what was refused at. */
const fields = [
  '/name',
  '/slug',
  '/description',
  '/objective',
  '/windowDays',
  '/calendar',
  '/budgeting',
  '/minEvents',
  '/confidence',
  '/enforcement',
  '/alerts',
  '/rationale',
  '/reviewer',
  '/reviewBy',
  '/indicator/category',
  '/indicator/description',
  '/indicator/groupBy',
  '/indicator/maxGroups',
  '/indicator/source/dataSource',
  '/indicator/source/ratio/good',
  '/indicator/source/ratio/total',
  '/indicator/source/latency/metric',
  '/indicator/source/latency/selector',
  '/indicator/source/latency/thresholdSeconds',
  '/indicator/source/threshold/query',
  '/indicator/source/threshold/value',
  '/indicator/source/rawRatio/query',
  '/indicator/source/rawRatio/weight',
];

/** The form of an SLO, with what would have become of it beside it. */
export function SLOForm(props: {
  service: string;
  kinds: readonly Schemas['SLOKind'][];
  initial: Draft;
  /** The SLO that is edited; absent where a new one is declared. */
  existing?: { slo: string; etag: string };
  onReload?: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { service, kinds, existing } = props;
  const [draft, setDraft] = useState(props.initial);
  const set = (part: Partial<Draft>) =>
    setDraft(before => ({ ...before, ...part }));
  const page = useRouteRef(sloRouteRef);
  const navigate = useNavigate();
  const me = useMe();
  const owner = useService(service).data?.value.team.slug;
  const save = useSave(service, existing, made => {
    if (page) {
      navigate(page({ service, slo: made.slug }));
    }
  });
  const lost = problemIn(save.error)?.code === 'version_mismatch';
  const refusal = refusalOf(lost ? null : save.error, fields);
  const settled = useSettled(draft, 600);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(bodyOf(draft));
  };
  return (
    <div className={styles.form}>
      <form
        className={styles.fields}
        onSubmit={submit}
        noValidate
        aria-label={t('slos.form.what')}
      >
        <LostRace
          error={save.error}
          onReload={() => {
            save.reset();
            props.onReload?.();
          }}
        />
        <Refused refusal={refusal} />
        {!existing && <SuggestionsPanel service={service} onTake={setDraft} />}
        <Section title={t('slos.form.promise')}>
          <NameFields
            draft={draft}
            set={set}
            refusal={refusal}
            kinds={kinds}
            isNew={!existing}
          />
        </Section>
        <Section title={t('slos.form.measured')}>
          <IndicatorFields draft={draft} set={set} refusal={refusal} />
        </Section>
        <Section title={t('slos.form.terms')}>
          <TermsFields draft={draft} set={set} refusal={refusal} />
        </Section>
        <div className={styles.buttons}>
          <RightButton
            type="submit"
            variant="primary"
            isPending={save.isPending}
            reason={
              owner === undefined || belongs(me.data, owner)
                ? undefined
                : t('slos.page.notYours', { team: owner })
            }
          >
            {t(existing ? 'slos.form.save' : 'slos.form.submit')}
          </RightButton>
          <Button variant="secondary" onPress={() => navigate(-1)}>
            {t('slos.form.cancel')}
          </Button>
        </div>
      </form>
      <div className={styles.preview}>
        <PreviewPanel
          service={service}
          slo={existing?.slo}
          draft={settled}
          settling={settled !== draft}
          onObjective={objective => set({ objective })}
        />
        <OpenSLOPanel service={service} draft={settled} onTake={setDraft} />
      </div>
    </div>
  );
}
