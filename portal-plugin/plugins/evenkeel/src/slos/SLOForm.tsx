import type { Schemas } from '@evenkeel/client';
import {
  LostRace,
  Refused,
  RightButton,
  Section,
  refusalBesideRace,
  refusalOf,
  useSettled,
} from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, Text } from '@backstage/ui';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import { useNavigate } from 'react-router-dom';

import { useFocusAfter, useUnsaved, type Drafts } from '../drafts/drafts';
import { sloRouteRef } from '../routes';
import { evenkeelTranslationRef } from '../translation';
import { IndicatorFields } from './IndicatorFields';
import { NameFields } from './NameFields';
import { OpenSLOPanel } from './OpenSLOPanel';
import { PreviewPanel } from './PreviewPanel';
import { SecondPerson } from './SecondPerson';
import { SuggestionsPanel } from './SuggestionsPanel';
import { TermsFields } from './TermsFields';
import { Theirs } from './Theirs';
import { needsApproval, usePropose } from './acts';
import { bodyOf, type Draft, type Unsaved } from './draft';
import { pointersOf } from './fields';
import { useSave } from './form';
import styles from './slos.module.css';

/** The form of an SLO, with what would have become of it beside it. */
export function SLOForm(props: {
  service: string;
  kinds: readonly Schemas['SLOKind'][];
  /** What the form began with, and is compared with. */
  initial: Draft;
  /** What was typed before, and is gone on with. */
  begun?: Draft;
  drafts: Drafts<Unsaved>;
  /** The SLO that is edited; absent where a new one is declared. */
  existing?: { slo: string; etag: string; version: number };
  /** What is declared now, where that is not what the form began with: somebody else was first. */
  theirs?: Draft;
  onReload?: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { service, kinds, initial, existing } = props;
  const [draft, setDraft] = useState(props.begun ?? initial);
  const page = useRouteRef(sloRouteRef);
  const navigate = useNavigate();
  const leave = (slo: string) => page && navigate(page({ service, slo }));
  const { keep, keeps } = props.drafts;
  const changed = JSON.stringify(draft) !== JSON.stringify(initial);
  useUnsaved(changed);
  const { etag, version } = existing ?? {};
  useEffect(() => {
    keep(changed ? { was: initial, draft, etag, version } : undefined);
    // What the form began with stays the same as long as its version does.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [keep, changed, draft, etag, version]);
  const done = (slo: string) => {
    keep(undefined);
    leave(slo);
  };
  const save = useSave(service, existing, made => done(made.slug));
  const set = (part: Partial<Draft>) => {
    setDraft(before => ({ ...before, ...part }));
    // What is changed may need nobody's approval any more.
    if (needsApproval(save.error)) {
      save.reset();
    }
  };
  const asks = existing !== undefined && needsApproval(save.error);
  const refusal = refusalBesideRace(
    asks ? null : save.error,
    pointersOf(draft),
  );
  const propose = usePropose({ service, slo: existing?.slo ?? '' }, () =>
    done(existing?.slo ?? ''),
  );
  const [why, setWhy] = useState('');
  const refused = refusalOf(propose.error, ['/reason']);
  const settled = useSettled(draft, 600);
  const form = useRef<HTMLFormElement>(null);
  useFocusAfter(props.drafts, () =>
    form.current?.querySelector<HTMLElement>('input, textarea'),
  );
  useEffect(() => {
    // What has to be put right first.
    if (save.error) {
      form.current
        ?.querySelector<HTMLElement>('[aria-invalid=true], [role=alert]')
        ?.scrollIntoView?.({ block: 'center' });
      form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
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
          {props.theirs && <Theirs before={initial} after={props.theirs} />}
        </LostRace>
        <Refused refusal={refusal} />
        {asks && (
          <Section>
            <div className={styles.stack}>
              <SecondPerson
                error={save.error}
                why={why}
                onWhy={setWhy}
                refusal={refused}
              />
              <Refused refusal={refused} />
              <div className={styles.buttons}>
                <RightButton
                  reason={undefined}
                  variant="primary"
                  isPending={propose.isPending}
                  onPress={() =>
                    propose.mutate({
                      reason: why,
                      revision: {
                        service,
                        slo: existing.slo,
                        version: existing.version,
                        declaration: bodyOf(draft),
                      },
                    })
                  }
                >
                  {t('slos.proposals.propose')}
                </RightButton>
              </div>
            </div>
          </Section>
        )}
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
        {changed && !keeps && (
          <Text as="p" variant="body-small">
            {t('drafts.unkept')}
          </Text>
        )}
        <div className={styles.buttons}>
          <RightButton
            reason={undefined}
            type="submit"
            variant="primary"
            isPending={save.isPending}
          >
            {t(existing ? 'slos.form.save' : 'slos.form.submit')}
          </RightButton>
          <Button
            variant="secondary"
            onPress={() => {
              keep(undefined);
              navigate(-1);
            }}
          >
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
