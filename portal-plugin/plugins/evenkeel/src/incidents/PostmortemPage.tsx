import type { Schemas, Versioned } from '@evenkeel/client';
import {
  Nothing,
  PageTitle,
  Refused,
  RightButton,
  Section,
  Shown,
  Waiting,
  Word,
  ago,
  problemIn,
  refusalOf,
  useMe,
} from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Flex, Link, Select, Text } from '@backstage/ui';
import { useCallback, useState } from 'react';

import { Prose } from '../Prose';
import { DraftOffer } from '../drafts/DraftOffer';
import { useDrafts } from '../drafts/drafts';
import { incidentRouteRef } from '../routes';
import { ReasonDialog } from '../ReasonDialog';
import { evenkeelTranslationRef } from '../translation';
import { PostmortemActs } from './PostmortemActs';
import { PostmortemEditor } from './PostmortemEditor';
import { PostmortemVersions } from './PostmortemVersions';
import { isOwed, postmortemTones, useIncident } from './data';
import {
  draftIn,
  useAskFor,
  useBegin,
  usePostmortem,
  type PostmortemDraft,
} from './postmortem';
import { useWriteReason } from './rights';
import { useTemplates } from './templates';

/** A postmortem: written with what to look at beside it, reviewed, published. */
export function PostmortemPage(props: { incident: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { incident } = props;
  const of = useIncident(incident);
  const read = usePostmortem(incident);
  // Nobody is told for a moment that they may not, who may.
  const me = useMe();
  return (
    <Shown what={t('incidents.one')} read={of}>
      {known =>
        // Where that cannot be read it is pending again each time that it is asked for.
        !me.isFetched ? (
          <Waiting what={t('incidents.postmortem.title')} lines={6} />
        ) : (
          <>
            {problemIn(read.error)?.status === 404 && !read.data ? (
              <>
                <Title incident={known} />
                <None incident={known} />
              </>
            ) : (
              <Shown what={t('incidents.postmortem.title')} read={read}>
                {postmortem => (
                  <Begun
                    // The draft is of whoever is signed in, which may be known later only.
                    key={`${me.data?.person?.id ?? ''}/${postmortem.value.id}`}
                    incident={known}
                    postmortem={postmortem}
                    onReload={async () => (await read.refetch()).data}
                  />
                )}
              </Shown>
            )}
          </>
        )
      }
    </Shown>
  );
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
            {postmortem.dueAt && isOwed(postmortem.status) && (
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

/** That nothing is written yet: who may begins it, and everybody may ask for it. */
function None(props: {
  incident: Schemas['Incident'];
  postmortem?: Schemas['Postmortem'];
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { incident, postmortem } = props;
  const begin = useBegin(incident.id);
  const reason = useWriteReason(incident);
  const templates = useTemplates();
  const [template, setTemplate] = useState('');
  const [asking, setAsking] = useState(false);
  const ask = useAskFor(incident.id, () => setAsking(false));
  const requests = (postmortem?.requests ?? []).filter(of => !of.waiver);
  return (
    <>
      <Refused refusal={refusalOf(begin.error, [])} />
      <Section>
        <Nothing
          title={t('incidents.postmortem.none')}
          action={
            <Flex gap="3" align="end" style={{ flexWrap: 'wrap' }}>
              {reason === undefined && (templates.data ?? []).length > 0 && (
                <Select
                  label={t('incidents.templates.choose')}
                  options={[
                    { value: '', label: t('incidents.templates.bySeverity') },
                    ...(templates.data ?? []).map(of => ({
                      value: of.slug,
                      label: of.name,
                    })),
                  ]}
                  value={template}
                  onChange={key => setTemplate(String(key ?? ''))}
                />
              )}
              <RightButton
                reason={reason}
                variant="primary"
                isPending={begin.isPending}
                onPress={() => begin.mutate(template ? { template } : {})}
              >
                {t('incidents.postmortem.begin')}
              </RightButton>
              <RightButton
                reason={undefined}
                variant="secondary"
                onPress={() => setAsking(true)}
              >
                {t('incidents.postmortem.ask')}
              </RightButton>
            </Flex>
          }
        >
          {t('incidents.postmortem.noneText')}
        </Nothing>
        {requests.map(of => (
          <Text key={of.id} as="p" variant="body-small" color="secondary">
            {t(`incidents.postmortem.reasons.${of.reason}`, {
              by: of.by,
              when: ago(of.at),
              text: of.text,
            })}
          </Text>
        ))}
      </Section>
      {asking && (
        <ReasonDialog
          title={t('incidents.postmortem.askTitle')}
          label={t('incidents.actions.reason')}
          pointer="/reason"
          submit={t('incidents.postmortem.ask')}
          error={ask.error}
          pending={ask.isPending}
          onReload={() => ask.reset()}
          onClose={() => setAsking(false)}
          onSubmit={why => ask.mutate(why)}
        />
      )}
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
  const reason = useWriteReason(incident);
  const drafts = useDrafts(`postmortem/${postmortem.id}`, kept => {
    const draft = draftIn(kept);
    // What is saved by now is a draft no more.
    return draft?.text === postmortem.text ? draft.mine : draft;
  });
  const [begun, setBegun] = useState<PostmortemDraft>();
  // A draft that nobody decided on is not saved either.
  const [unsaved, setUnsaved] = useState(drafts.offered !== undefined);
  const told = useCallback((now: boolean) => {
    setUnsaved(now);
    if (!now) {
      // What is written later begins from what is saved then.
      setBegun(undefined);
    }
  }, []);
  // In review it waits for its reviewers; what is published stays as it is. What was being typed
  // when somebody else went on with it is not taken away.
  const writes =
    reason === undefined &&
    (unsaved || ['draft', 'approved'].includes(postmortem.status));
  if (['requested', 'waived'].includes(postmortem.status)) {
    return (
      <>
        <Title incident={incident} postmortem={postmortem} />
        <None incident={incident} postmortem={postmortem} />
      </>
    );
  }
  const { link } = postmortem;
  return (
    <>
      <Title incident={incident} postmortem={postmortem} />
      <PostmortemActs
        incident={incident}
        postmortem={postmortem}
        etag={etag}
        reason={reason}
        unsaved={unsaved}
      />
      {writes && drafts.offered && (
        <>
          <DraftOffer drafts={drafts} onGoOn={setBegun} />
          <Section title={t('incidents.postmortem.read')}>
            <Prose text={postmortem.text} />
          </Section>
        </>
      )}
      {writes && !drafts.offered && (
        <PostmortemEditor
          incident={incident}
          postmortem={props.postmortem}
          drafts={drafts}
          begun={begun}
          onReload={onReload}
          onUnsaved={told}
        />
      )}
      {!writes && link && (
        <Section title={t('incidents.postmortem.elsewhere')}>
          <Link href={link.url}>{link.title || link.url}</Link>
        </Section>
      )}
      {!writes && !link && (
        <Section title={t('incidents.postmortem.read')}>
          <Prose text={postmortem.text} />
        </Section>
      )}
      {postmortem.textVersion > 0 && (
        <PostmortemVersions incident={incident.id} />
      )}
    </>
  );
}
