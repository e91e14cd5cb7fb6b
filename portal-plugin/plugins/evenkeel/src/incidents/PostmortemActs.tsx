import type { Schemas } from '@evenkeel/client';
import {
  FormDialog,
  LostRace,
  Refused,
  RightButton,
  faultAt,
  refusalBesideRace,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Flex, Select, Text } from '@backstage/ui';
import { useState } from 'react';

import { usePeople } from '../services';
import { ReasonDialog } from '../ReasonDialog';
import { evenkeelTranslationRef } from '../translation';
import { useAct } from './postmortem';
import { useMyself } from './rights';

/** What can be done with a postmortem in its state, by whom. */
export function PostmortemActs(props: {
  incident: Schemas['Incident'];
  postmortem: Schemas['Postmortem'];
  etag: string;
  /** Why whoever is signed in does not write it. */
  reason: string | undefined;
  /** Whether something is typed that is not saved, and would not be submitted. */
  unsaved: boolean;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { incident, postmortem, etag, reason } = props;
  const myself = useMyself();
  const [open, setOpen] = useState<'submit' | 'changes' | 'reopen'>();
  const act = useAct(incident.id, () => setOpen(undefined));
  const begin = (what: typeof open) => {
    act.reset();
    setOpen(what);
  };
  const close = () => begin(undefined);
  const { approvals, reviewers, returned } = postmortem.review;
  const names = reviewers.map(r => r.name).join(', ');
  const notAsked = reviewers.some(r => r.id === myself)
    ? undefined
    : t('incidents.postmortem.notAsked', { names });
  const unready =
    reason ?? (props.unsaved ? t('incidents.postmortem.saveFirst') : undefined);
  return (
    <>
      {open === undefined && (
        <>
          <LostRace error={act.error} keeps onReload={() => act.reset()} />
          <Refused refusal={refusalBesideRace(act.error, [])} />
        </>
      )}
      <Flex gap="2" align="center" style={{ flexWrap: 'wrap' }}>
        {postmortem.status === 'draft' && (
          <RightButton
            reason={unready}
            variant="secondary"
            onPress={() => begin('submit')}
          >
            {t('incidents.postmortem.submit')}
          </RightButton>
        )}
        {postmortem.status === 'in_review' && (
          <>
            <RightButton
              reason={notAsked}
              // Of two that are refused for the same reason, the last one says it.
              said
              variant="primary"
              isPending={act.isPending}
              onPress={() => act.mutate({ etag, act: { act: 'approve' } })}
            >
              {t('incidents.postmortem.approve')}
            </RightButton>
            <RightButton
              reason={notAsked}
              variant="secondary"
              onPress={() => begin('changes')}
            >
              {t('incidents.postmortem.requestChanges')}
            </RightButton>
          </>
        )}
        {postmortem.status === 'approved' && (
          <RightButton
            reason={unready}
            variant="primary"
            isPending={act.isPending}
            onPress={() => act.mutate({ etag, act: { act: 'publish' } })}
          >
            {t('incidents.postmortem.publish')}
          </RightButton>
        )}
        {postmortem.status === 'published' && (
          <RightButton
            reason={reason}
            variant="secondary"
            onPress={() => begin('reopen')}
          >
            {t('incidents.postmortem.reopen')}
          </RightButton>
        )}
        {postmortem.status === 'in_review' && notAsked === undefined && (
          <Text variant="body-small" color="secondary">
            {t('incidents.postmortem.asked', { names })}
          </Text>
        )}
      </Flex>
      {approvals.length > 0 && (
        <Text as="p" variant="body-small" color="secondary">
          {t('incidents.postmortem.approvals', {
            names: approvals.map(a => a.person.name).join(', '),
          })}
        </Text>
      )}
      {postmortem.status === 'draft' && returned && (
        <Alert
          icon
          status="info"
          title={t('incidents.postmortem.returned', {
            by: returned.person.name,
          })}
          description={returned.text}
        />
      )}
      {open === 'submit' && (
        <SubmitDialog
          error={act.error}
          pending={act.isPending}
          onReload={() => act.reset()}
          onClose={close}
          onSubmit={asked =>
            act.mutate({ etag, act: { act: 'submit', reviewers: asked } })
          }
        />
      )}
      {open === 'changes' && (
        <ReasonDialog
          title={t('incidents.postmortem.verdictTitle')}
          label={t('incidents.postmortem.verdictTitle')}
          pointer="/text"
          submit={t('incidents.postmortem.requestChanges')}
          error={act.error}
          pending={act.isPending}
          onReload={() => act.reset()}
          onClose={close}
          onSubmit={text =>
            act.mutate({ etag, act: { act: 'requestChanges', text } })
          }
        />
      )}
      {open === 'reopen' && (
        <ReasonDialog
          title={t('incidents.postmortem.reopenTitle')}
          label={t('incidents.actions.reason')}
          pointer="/reason"
          submit={t('incidents.postmortem.reopen')}
          error={act.error}
          pending={act.isPending}
          onReload={() => act.reset()}
          onClose={close}
          onSubmit={text =>
            act.mutate({ etag, act: { act: 'reopen', reason: text } })
          }
        />
      )}
    </>
  );
}

function SubmitDialog(props: {
  error: Error | null;
  pending: boolean;
  onSubmit: (reviewers: string[]) => void;
  onReload: () => void;
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const myself = useMyself();
  const people = usePeople();
  const [reviewer, setReviewer] = useState('');
  const refusal = refusalBesideRace(props.error, ['/reviewers']);
  return (
    <FormDialog
      title={t('incidents.postmortem.submitTitle')}
      open
      onClose={props.onClose}
      pending={props.pending}
      refusal={refusal}
      submit={t('incidents.postmortem.submit')}
      onSubmit={() => props.onSubmit(reviewer ? [reviewer] : [])}
    >
      <LostRace error={props.error} keeps onReload={props.onReload} />
      <Select
        label={t('incidents.postmortem.reviewer')}
        // Somebody else approves.
        options={(people.data ?? [])
          .filter(p => p.id !== myself)
          .map(p => ({ value: p.id, label: p.displayName }))}
        search
        // Without a key its fault would not be shown.
        value={reviewer}
        onChange={key => setReviewer(String(key ?? ''))}
        {...faultAt(refusal, '/reviewers')}
      />
    </FormDialog>
  );
}
