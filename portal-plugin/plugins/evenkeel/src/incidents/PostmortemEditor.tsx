import type { Schemas, Versioned } from '@evenkeel/client';
import {
  Column,
  Columns,
  LostRace,
  Refused,
  RightButton,
  Row,
  Rows,
  Section,
  Shown,
  Snippet,
  ago,
  refusalBesideRace,
  useSettled,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, Text } from '@backstage/ui';
import { useDeferredValue, useEffect, useRef, useState } from 'react';

import { Prose } from '../Prose';
import { useFocusAfter, useUnsaved, type Drafts } from '../drafts/drafts';
import { evenkeelTranslationRef } from '../translation';
import { MarkedText } from './MarkedText';
import { standing } from './findings';
import { useLint, useSave, type PostmortemDraft } from './postmortem';

/** The text that somebody's words change: what it was, and its version. */
type Base = Omit<PostmortemDraft, 'text' | 'mine'>;

function baseOf(of: Versioned<Schemas['Postmortem']>): Base {
  const { text, textVersion } = of.value;
  return { was: text, textVersion, etag: of.etag };
}

function standingOf({ was, textVersion, etag }: PostmortemDraft): Base {
  return { was, textVersion, etag };
}

/** A postmortem as it is written: with marks where its words blame somebody, and how it reads. */
export function PostmortemEditor(props: {
  incident: Schemas['Incident'];
  postmortem: Versioned<Schemas['Postmortem']>;
  drafts: Drafts<PostmortemDraft>;
  /** What was typed before, and is gone on with. */
  begun: PostmortemDraft | undefined;
  /** Reads the postmortem again. */
  onReload: () => Promise<Versioned<Schemas['Postmortem']> | undefined>;
  /** Told whether something is typed that is not saved. */
  onUnsaved: (unsaved: boolean) => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { incident, drafts, begun, onReload, onUnsaved } = props;
  const { value: postmortem, etag } = props.postmortem;
  // What is typed changes the text that its author began from. What others save meanwhile is read
  // again and again; it never takes the place of what is typed, and is not overwritten unseen.
  const [base, setBase] = useState(() =>
    begun ? standingOf(begun) : baseOf(props.postmortem),
  );
  const [text, setText] = useState(begun?.text ?? postmortem.text);
  // What was typed before, to copy from, once its author began again from theirs.
  const [mine, setMine] = useState(begun?.mine);
  const field = useRef<HTMLTextAreaElement>(null);
  const shown = useDeferredValue(text);
  const lint = useLint(incident.id, useSettled(text, 600));
  const found = lint.data
    ? standing(lint.data.findings, lint.data.text, text)
    : [];
  const save = useSave(incident.id);
  const refusal = refusalBesideRace(save.error, ['/text']);
  const changed = text !== base.was;
  useEffect(() => {
    onUnsaved(changed);
  }, [changed, onUnsaved]);
  useUnsaved(changed);
  useFocusAfter(drafts, () => field.current);
  const { keep } = drafts;
  useEffect(() => {
    keep(changed ? { ...base, text, mine } : mine);
  }, [keep, changed, base, text, mine]);
  const beginFrom = (of: Versioned<Schemas['Postmortem']>) => {
    setBase(baseOf(of));
    setText(of.value.text);
  };
  const newer = postmortem.textVersion > base.textVersion;
  if (newer && !changed && !save.isPending) {
    beginFrom(props.postmortem);
  }
  const goOn = async (how: 'theirs' | 'mine') => {
    const theirs = await onReload();
    if (!theirs) {
      return;
    }
    save.reset();
    if (how === 'mine') {
      setBase(baseOf(theirs));
    } else {
      setMine({ ...base, text });
      beginFrom(theirs);
    }
  };
  const lookAt = (from: number, to: number) => {
    field.current?.focus();
    field.current?.setSelectionRange(from, to);
  };
  return (
    <Columns even>
      <Column>
        <Section
          title={t('incidents.postmortem.write')}
          note={
            <span role="status">
              {changed
                ? t('incidents.postmortem.changed')
                : t('incidents.postmortem.saved', {
                    version: String(postmortem.textVersion),
                    by: postmortem.updatedBy,
                    when: ago(postmortem.updatedAt),
                  })}
            </span>
          }
          actions={
            <RightButton
              reason={undefined}
              size="small"
              variant="primary"
              isDisabled={!changed}
              isPending={save.isPending}
              onPress={() =>
                save.mutate(
                  {
                    // That of the text that was begun from, where another was read.
                    etag:
                      postmortem.textVersion === base.textVersion
                        ? etag
                        : base.etag,
                    text,
                  },
                  { onSuccess: saved => setBase(baseOf(saved)) },
                )
              }
            >
              {t('incidents.postmortem.save')}
            </RightButton>
          }
        >
          <LostRace
            error={save.error}
            onReload={() => goOn('theirs')}
            actions={
              <Button
                size="small"
                variant="secondary"
                onPress={() => goOn('mine')}
              >
                {t('incidents.race.keepMine')}
              </Button>
            }
          />
          <Refused refusal={refusal} />
          {changed && !drafts.keeps && (
            <Text as="p" variant="body-small">
              {t('drafts.unkept')}
            </Text>
          )}
          {mine !== undefined && (
            <details open>
              <summary>{t('incidents.postmortem.mine')}</summary>
              <Snippet text={mine.text} />
              <Button
                size="small"
                variant="tertiary"
                onPress={() => setMine(undefined)}
              >
                {t('incidents.postmortem.mineDone')}
              </Button>
            </details>
          )}
          <MarkedText
            label={t('incidents.postmortem.text')}
            value={text}
            onChange={setText}
            marks={found}
            field={field}
            fault={refusal.at('/text')}
          />
        </Section>
      </Column>
      <Column>
        <Section
          title={t('incidents.postmortem.lint')}
          note={t('incidents.postmortem.lintNote')}
        >
          <Shown what={t('incidents.postmortem.lint')} read={lint}>
            {() =>
              found.length > 0 ? (
                <Rows label={t('incidents.postmortem.lint')}>
                  {found.map(({ finding, from, to }) => (
                    <Row
                      key={`${finding.from} ${finding.rule}`}
                      sub={finding.advice}
                      end={
                        <Button
                          size="small"
                          variant="tertiary"
                          aria-label={t('incidents.postmortem.lookAt', {
                            text: finding.text,
                          })}
                          onPress={() => lookAt(from, to)}
                        >
                          {t('incidents.postmortem.look')}
                        </Button>
                      }
                    >
                      {t('incidents.postmortem.lintLine', {
                        line: String(text.slice(0, from).split('\n').length),
                        text: finding.text,
                      })}
                    </Row>
                  ))}
                </Rows>
              ) : (
                <Text as="p" variant="body-medium">
                  {t('incidents.postmortem.lintNone')}
                </Text>
              )
            }
          </Shown>
        </Section>
        <Section
          title={t('incidents.postmortem.missing')}
          note={t('incidents.postmortem.missingNote')}
        >
          {postmortem.missing.length > 0 ? (
            <Rows label={t('incidents.postmortem.missing')}>
              {postmortem.missing.map(m => (
                <Row key={m.section}>
                  {`${m.section}: ${t(`incidents.postmortem.whys.${m.why}`)}`}
                </Row>
              ))}
            </Rows>
          ) : (
            <Text as="p" variant="body-medium">
              {t('incidents.postmortem.missingNone')}
            </Text>
          )}
        </Section>
        <Section title={t('incidents.postmortem.read')}>
          <Prose text={shown} />
        </Section>
      </Column>
    </Columns>
  );
}
