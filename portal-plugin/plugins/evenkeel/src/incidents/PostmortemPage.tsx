import type { Schemas, Versioned } from '@evenkeel/client';
import {
  Column,
  Columns,
  LostRace,
  More,
  Nothing,
  PageTitle,
  Refused,
  RightButton,
  Row,
  Rows,
  Section,
  Shown,
  Word,
  ago,
  belongs,
  moment,
  problemIn,
  refusalOf,
  useMe,
} from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, Text, TextAreaField } from '@backstage/ui';
import { useDeferredValue, useEffect, useState } from 'react';

import { Prose } from '../Prose';
import { incidentRouteRef } from '../routes';
import { evenkeelTranslationRef } from '../translation';
import { PostmortemActs } from './PostmortemActs';
import { postmortemTones, useIncident } from './data';
import styles from './incidents.module.css';
import {
  useBegin,
  useDifference,
  useLint,
  usePostmortem,
  useSave,
  useVersions,
} from './postmortem';

/** A postmortem: written with what to look at beside it, reviewed, published. */
export function PostmortemPage(props: { incident: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { incident } = props;
  const of = useIncident(incident);
  const read = usePostmortem(incident);
  return (
    <Shown what={t('incidents.title')} read={of}>
      {known =>
        problemIn(read.error)?.status === 404 && !read.data ? (
          <None incident={known} />
        ) : (
          <Shown what={t('incidents.postmortem.title')} read={read}>
            {postmortem => (
              <Begun
                incident={known}
                postmortem={postmortem}
                onReload={async () => (await read.refetch()).data}
              />
            )}
          </Shown>
        )
      }
    </Shown>
  );
}

/** Why whoever is signed in does not write; undefined where they do. */
function useReason(incident: Schemas['Incident']): string | undefined {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const me = useMe();
  return belongs(me.data, incident.team.slug) ||
    Object.values(incident.roles ?? {}).includes(me.data?.person?.id ?? '-')
    ? undefined
    : t('incidents.change.members', { team: incident.team.slug });
}

function Title(props: {
  incident: Schemas['Incident'];
  postmortem?: Schemas['Postmortem'];
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { incident, postmortem } = props;
  const to = useRouteRef(incidentRouteRef);
  return (
    <PageTitle
      title={t('incidents.postmortem.of', { title: incident.title })}
      back={{
        href: to?.({ incident: incident.id }) ?? '',
        text: t('incidents.postmortem.backTo'),
      }}
      meta={
        postmortem && (
          <>
            <Word tone={postmortemTones[postmortem.status]}>
              {t(`incidents.postmortem.statuses.${postmortem.status}`)}
            </Word>
            {postmortem.overdue && (
              <Word tone="bad">{t('incidents.postmortem.overdue')}</Word>
            )}
            {postmortem.dueAt && (
              <span>
                {t('incidents.postmortem.due', { when: ago(postmortem.dueAt) })}
              </span>
            )}
          </>
        )
      }
    />
  );
}

function None(props: { incident: Schemas['Incident'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const begin = useBegin(props.incident.id);
  const reason = useReason(props.incident);
  return (
    <>
      <Title incident={props.incident} />
      <Refused refusal={refusalOf(begin.error, [])} />
      <Nothing
        title={t('incidents.postmortem.none')}
        action={
          <RightButton
            reason={reason}
            variant="primary"
            isPending={begin.isPending}
            onPress={() => begin.mutate()}
          >
            {t('incidents.postmortem.begin')}
          </RightButton>
        }
      >
        {t('incidents.postmortem.noneText')}
      </Nothing>
    </>
  );
}

function Begun(props: {
  incident: Schemas['Incident'];
  postmortem: Versioned<Schemas['Postmortem']>;
  onReload: () => Promise<Versioned<Schemas['Postmortem']> | undefined>;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { incident, onReload } = props;
  const { value: postmortem, etag } = props.postmortem;
  const reason = useReason(incident);
  const begin = useBegin(incident.id);
  const writable = ['draft', 'approved'].includes(postmortem.status);
  const asked = ['requested', 'waived'].includes(postmortem.status);
  return (
    <>
      <Title incident={incident} postmortem={postmortem} />
      <PostmortemActs
        incident={incident}
        postmortem={postmortem}
        etag={etag}
        reason={reason}
      />
      {asked && (
        <Nothing
          title={t('incidents.postmortem.none')}
          action={
            <RightButton
              reason={reason}
              variant="primary"
              isPending={begin.isPending}
              onPress={() => begin.mutate()}
            >
              {t('incidents.postmortem.begin')}
            </RightButton>
          }
        >
          {t('incidents.postmortem.noneText')}
        </Nothing>
      )}
      {!asked && writable && reason === undefined && (
        <Editor
          incident={incident}
          postmortem={props.postmortem}
          onReload={onReload}
        />
      )}
      {!asked && !(writable && reason === undefined) && (
        <Section title={t('incidents.postmortem.read')} note={reason}>
          <Prose text={postmortem.text} />
        </Section>
      )}
      {!asked && <Versions incident={incident.id} />}
    </>
  );
}

/** A value that has stayed as it is for a while. */
function useSettled<T>(value: T, milliseconds: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return settled;
}

function Editor(props: {
  incident: Schemas['Incident'];
  postmortem: Versioned<Schemas['Postmortem']>;
  onReload: () => Promise<Versioned<Schemas['Postmortem']> | undefined>;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { incident, onReload } = props;
  const { value: postmortem, etag } = props.postmortem;
  // What is typed changes the text that its author began from. What others save meanwhile is read
  // again and again; it never takes the place of what is typed, and is not overwritten unseen.
  const [base, setBase] = useState(props.postmortem);
  const [text, setText] = useState(postmortem.text);
  const shown = useDeferredValue(text);
  const lint = useLint(incident.id, useSettled(text, 600));
  const save = useSave(incident.id);
  const refusal = refusalOf(save.error, ['/text']);
  const changed = text !== base.value.text;
  const beginFrom = (of: Versioned<Schemas['Postmortem']>) => {
    setBase(of);
    setText(of.value.text);
  };
  const newer = postmortem.textVersion > base.value.textVersion;
  if (newer && !changed && !save.isPending) {
    beginFrom(props.postmortem);
  }
  return (
    <Columns even>
      <Column>
        <Section
          title={t('incidents.postmortem.write')}
          note={
            changed
              ? t('incidents.postmortem.changed')
              : t('incidents.postmortem.saved', {
                  version: String(postmortem.textVersion),
                  by: postmortem.updatedBy,
                  when: ago(postmortem.updatedAt),
                })
          }
          actions={
            <Button
              size="small"
              variant="primary"
              isDisabled={!changed}
              isPending={save.isPending}
              onPress={() =>
                save.mutate(
                  { etag: newer ? base.etag : etag, text },
                  { onSuccess: setBase },
                )
              }
            >
              {t('incidents.postmortem.save')}
            </Button>
          }
        >
          <LostRace
            error={save.error}
            onReload={async () => {
              const theirs = await onReload();
              if (theirs) {
                save.reset();
                beginFrom(theirs);
              }
            }}
          />
          {problemIn(save.error)?.code !== 'version_mismatch' && (
            <Refused refusal={refusal} />
          )}
          <TextAreaField
            label={t('incidents.postmortem.text')}
            rows={24}
            className={styles.editor}
            value={text}
            onChange={setText}
          />
        </Section>
      </Column>
      <Column>
        <Section title={t('incidents.postmortem.lint')}>
          <Shown what={t('incidents.postmortem.lint')} read={lint}>
            {({ findings }) =>
              findings.length > 0 ? (
                <Rows label={t('incidents.postmortem.lint')}>
                  {findings.map(f => (
                    <Row key={`${f.from} ${f.rule}`} sub={f.advice}>
                      {t('incidents.postmortem.lintLine', {
                        line: String(f.line),
                        text: f.text,
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
                  {`${m.section} ${t(`incidents.postmortem.whys.${m.why}`)}`}
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

function Versions(props: { incident: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { incident } = props;
  const read = useVersions(incident);
  const [compared, setCompared] = useState<number>();
  return (
    <Section title={t('incidents.postmortem.versions')}>
      <Shown what={t('incidents.postmortem.versions')} read={read}>
        {versions => (
          <>
            <Rows label={t('incidents.postmortem.versions')}>
              {versions.map(v => (
                <Row
                  key={v.number}
                  sub={
                    <>
                      {v.note}
                      {compared === v.number && (
                        <Difference incident={incident} version={v.number} />
                      )}
                    </>
                  }
                  end={
                    v.number > 1 && (
                      <Button
                        size="small"
                        variant="tertiary"
                        aria-expanded={compared === v.number}
                        onPress={() =>
                          setCompared(
                            compared === v.number ? undefined : v.number,
                          )
                        }
                      >
                        {t('incidents.postmortem.compare', {
                          number: String(v.number),
                        })}
                      </Button>
                    )
                  }
                >
                  {t('incidents.postmortem.version', {
                    number: String(v.number),
                    by: v.author,
                    when: moment(v.at),
                  })}
                </Row>
              ))}
            </Rows>
            <More of={read} />
          </>
        )}
      </Shown>
    </Section>
  );
}

/** What a version changed of the one before, line by line. */
function Difference(props: { incident: string; version: number }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const read = useDifference(props.incident, props.version);
  return (
    <Shown what={t('incidents.postmortem.difference')} read={read}>
      {({ diff }) => (
        <pre className={styles.difference}>
          {diff || t('incidents.postmortem.same')}
        </pre>
      )}
    </Shown>
  );
}
