import type { Schemas } from '@evenkeel/client';
import {
  LostRace,
  Refused,
  Section,
  problemIn,
  refusalOf,
} from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import { useNavigate } from 'react-router-dom';

import { sloRouteRef } from '../routes';
import { evenkeelTranslationRef } from '../translation';
import { IndicatorFields } from './IndicatorFields';
import { NameFields } from './NameFields';
import { OpenSLOPanel } from './OpenSLOPanel';
import { PreviewPanel } from './PreviewPanel';
import { SuggestionsPanel } from './SuggestionsPanel';
import { TermsFields } from './TermsFields';
import { Theirs } from './Theirs';
import { bodyOf, type Draft } from './draft';
import { pointersOf } from './fields';
import { useSave, useSettled } from './form';
import styles from './slos.module.css';

/** The form of an SLO, with what would have become of it beside it. */
export function SLOForm(props: {
  service: string;
  kinds: readonly Schemas['SLOKind'][];
  initial: Draft;
  /** The SLO that is edited; absent where a new one is declared. */
  existing?: { slo: string; etag: string };
  /** What is declared now, where that is not what the form began with: somebody else was first. */
  theirs?: Draft;
  onReload?: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { service, kinds, existing } = props;
  const [draft, setDraft] = useState(props.initial);
  const set = (part: Partial<Draft>) =>
    setDraft(before => ({ ...before, ...part }));
  const page = useRouteRef(sloRouteRef);
  const navigate = useNavigate();
  const save = useSave(service, existing, made => {
    if (page) {
      navigate(page({ service, slo: made.slug }));
    }
  });
  const lost = problemIn(save.error)?.code === 'version_mismatch';
  const refusal = refusalOf(lost ? null : save.error, pointersOf(draft));
  const settled = useSettled(draft, 600);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    // What has to be put right first.
    if (save.error) {
      form.current
        ?.querySelector<HTMLElement>('[aria-invalid=true], [role=alert]')
        ?.scrollIntoView?.({ block: 'center' });
      form.current
        ?.querySelector<HTMLElement>('[aria-invalid=true]')
        ?.focus();
    }
  }, [save.error]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(bodyOf(draft));
  };
  return (
    <div className={styles.form}>
      <form
        ref={form}
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
        >
          {props.theirs && (
            <Theirs before={props.initial} after={props.theirs} />
          )}
        </LostRace>
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
          <Button type="submit" variant="primary" isPending={save.isPending}>
            {t(existing ? 'slos.form.save' : 'slos.form.submit')}
          </Button>
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
