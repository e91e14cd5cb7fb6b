import type { Schemas, Versioned } from '@evenkeel/client';
import {
  Column,
  Columns,
  Facts,
  FormDialog,
  LostRace,
  PageTitle,
  Refused,
  RightButton,
  Row,
  Rows,
  Section,
  Shown,
  Word,
  faultAt,
  moment,
  refusalBesideRace,
  useMe,
} from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Link, TextField } from '@backstage/ui';
import { useState } from 'react';

import { Prose } from '../Prose';
import { ReasonDialog } from '../ReasonDialog';
import { issuesRouteRef } from '../routes';
import { ServiceLink } from '../scorecards/links';
import { useService } from '../service/data';
import { evenkeelTranslationRef } from '../translation';
import { IssueTitle } from './IssueTitle';
import { deliveryTones, useAct, useIssue } from './data';

/** An issue as it reads, how it stands on GitHub, and what can be done about that. */
export function IssuePage(props: { issue: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const read = useIssue(props.issue);
  return (
    <Shown what={t('issues.title')} read={read}>
      {issue => <Known issue={issue} />}
    </Shown>
  );
}

function Known(props: { issue: Versioned<Schemas['Issue']> }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { value: issue, etag } = props.issue;
  const { delivery } = issue;
  const list = useRouteRef(issuesRouteRef);
  // The version that was looked at when it was begun.
  const [open, setOpen] = useState<{
    what: 'retarget' | 'dismiss';
    etag: string;
  }>();
  const act = useAct(issue.id, () => setOpen(undefined));
  const close = () => {
    setOpen(undefined);
    act.reset();
  };
  const goOn = () => {
    setOpen(of => of && { ...of, etag });
    act.reset();
  };
  const reason = useRefusal(issue);
  const awaited = ['pending', 'sending', 'unknown'].includes(delivery.state);
  // What is told of in another issue is seen to there, and what was sent is looked for first.
  const grouped = delivery.state === 'grouped';
  const looked = ['sending', 'unknown'].includes(delivery.state);
  const unsent = ['dead', 'draft', 'pending', 'dismissed'].includes(
    delivery.state,
  );
  return (
    <>
      <PageTitle
        title={<IssueTitle text={issue.title} />}
        back={{ href: list?.() ?? '', text: t('issues.back') }}
        meta={
          <>
            <Word tone={issue.open ? 'warning' : 'good'}>
              {issue.open ? t('issues.open') : t('issues.closed')}
            </Word>
            <Word tone={deliveryTones[delivery.state]}>
              {t(`issues.states.${delivery.state}`)}
            </Word>
          </>
        }
        actions={
          !grouped && (
            <>
              {(unsent || looked) && (
                <RightButton
                  reason={
                    reason ?? (looked ? t('issues.one.onItsWay') : undefined)
                  }
                  size="small"
                  variant="primary"
                  isPending={act.isPending}
                  onPress={() => act.mutate({ etag, act: { act: 'retry' } })}
                >
                  {delivery.state === 'draft'
                    ? t('issues.one.send')
                    : t('issues.one.retry')}
                </RightButton>
              )}
              {!looked &&
                (delivery.state === 'dismissed'
                  ? (['retarget'] as const)
                  : (['retarget', 'dismiss'] as const)
                ).map(what => (
                  <RightButton
                    key={what}
                    reason={reason}
                    // Sending it says so already.
                    said={unsent}
                    size="small"
                    variant="secondary"
                    onPress={() => setOpen({ what, etag })}
                  >
                    {t(`issues.one.${what}`)}
                  </RightButton>
                ))}
            </>
          )
        }
      />
      {open === undefined && (
        <>
          <LostRace error={act.error} keeps onReload={() => act.reset()} />
          <Refused refusal={refusalBesideRace(act.error, [])} />
        </>
      )}
      <Columns>
        <Column>
          <Section title={t('issues.one.body')}>
            <Prose text={issue.body} />
          </Section>
          {issue.comments.length > 0 && (
            <Section title={t('issues.one.comments')}>
              <Rows label={t('issues.one.comments')}>
                {issue.comments.map(c => (
                  <Row key={c.at} sub={moment(c.at)}>
                    <Prose text={c.body} />
                  </Row>
                ))}
              </Rows>
            </Section>
          )}
        </Column>
        <Column>
          <Section
            title={t('issues.column.delivery')}
            note={
              delivery.state === 'draft' ? t('issues.one.draftText') : undefined
            }
          >
            <Facts
              facts={[
                [t('issues.column.kind'), t(`issues.kinds.${issue.kind}`)],
                issue.service
                  ? [
                      t('issues.one.service'),
                      <ServiceLink
                        key="service"
                        service={issue.service.slug}
                      />,
                    ]
                  : undefined,
                [
                  t('issues.one.repository'),
                  delivery.repository || issue.repository || '–',
                ],
                delivery.url
                  ? [
                      t('issues.one.number'),
                      <Link key="url" href={delivery.url} target="_blank">
                        {t('issues.one.onGitHub', {
                          number: String(delivery.number ?? ''),
                        })}
                      </Link>,
                    ]
                  : undefined,
                delivery.openedAt
                  ? [t('issues.one.opened'), moment(delivery.openedAt)]
                  : undefined,
                issue.ending
                  ? [
                      t('issues.one.ending'),
                      t(`issues.endings.${issue.ending}`),
                    ]
                  : undefined,
                [t('issues.one.labels'), issue.labels.join(', ') || '–'],
                delivery.problem
                  ? [t('issues.one.problem'), delivery.problem]
                  : undefined,
                delivery.attempts > 0
                  ? [t('issues.one.attempts'), delivery.attempts]
                  : undefined,
                delivery.nextAttemptAt && awaited
                  ? [t('issues.one.next'), moment(delivery.nextAttemptAt)]
                  : undefined,
              ]}
            />
          </Section>
        </Column>
      </Columns>
      {open?.what === 'dismiss' && (
        <ReasonDialog
          title={t('issues.one.dismissTitle')}
          label={t('issues.one.reason')}
          pointer="/reason"
          submit={t('issues.one.dismiss')}
          destructive
          error={act.error}
          pending={act.isPending}
          onReload={goOn}
          onClose={close}
          onSubmit={text =>
            act.mutate({
              etag: open.etag,
              act: { act: 'dismiss', reason: text },
            })
          }
        />
      )}
      {open?.what === 'retarget' && (
        <RetargetDialog
          repository={
            delivery.repository ||
            issue.repository.replace(/^https?:\/\/[^/]+\//, '')
          }
          error={act.error}
          pending={act.isPending}
          onReload={goOn}
          onClose={close}
          onSubmit={repository =>
            act.mutate({
              etag: open.etag,
              act: { act: 'retarget', repository },
            })
          }
        />
      )}
    </>
  );
}

/** Why whoever is signed in cannot see to an issue; undefined where they can. */
function useRefusal(issue: Schemas['Issue']): string | undefined {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const me = useMe().data;
  const service = useService(issue.service?.slug);
  // What no service is the subject of has a team of its own.
  const team = service.data?.value.team;
  if (
    me?.administrator ||
    me?.teams.some(of => of.id === (team?.id ?? issue.teamId))
  ) {
    return undefined;
  }
  if (issue.service && service.isPending) {
    return '';
  }
  return team
    ? t('slos.page.notYours', { team: team.slug })
    : t('issues.one.members');
}

function RetargetDialog(props: {
  repository: string;
  error: Error | null;
  pending: boolean;
  /** Goes on from what somebody else changed, and what was typed stays. */
  onReload: () => void;
  onSubmit: (repository: string) => void;
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const [repository, setRepository] = useState(props.repository);
  const refusal = refusalBesideRace(props.error, ['/repository']);
  return (
    <FormDialog
      title={t('issues.one.retargetTitle')}
      open
      onClose={props.onClose}
      pending={props.pending}
      refusal={refusal}
      submit={t('issues.one.retarget')}
      onSubmit={() => props.onSubmit(repository)}
    >
      <LostRace error={props.error} keeps onReload={props.onReload} />
      <TextField
        label={t('issues.one.repositoryField')}
        value={repository}
        onChange={setRepository}
        {...faultAt(refusal, '/repository')}
      />
    </FormDialog>
  );
}
