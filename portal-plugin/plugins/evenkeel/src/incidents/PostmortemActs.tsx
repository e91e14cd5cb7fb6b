import type { Schemas } from '@evenkeel/client';
import {
  FormDialog,
  LostRace,
  Refused,
  RightButton,
  faultAt,
  refusalOf,
  useMe,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, Flex, Select, Text } from '@backstage/ui';
import { useState } from 'react';

import { usePeople } from '../services';
import { evenkeelTranslationRef } from '../translation';
import { ReasonDialog } from './ReasonDialog';
import { useAct } from './postmortem';

/** What can be done with a postmortem in its state, by whom. */
export function PostmortemActs(props: {
  incident: Schemas['Incident'];
  postmortem: Schemas['Postmortem'];
  etag: string;
  /** Why whoever is signed in does not write it. */
  reason: string | undefined;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { incident, postmortem, etag, reason } = props;
  const me = useMe();
  const [open, setOpen] = useState<'submit' | 'changes' | 'reopen'>();
  const close = () => setOpen(undefined);
  const act = useAct(incident.id, close);
  const reviews = postmortem.review.reviewers.some(
    r => r.id === me.data?.person?.id,
  );
  const { approvals } = postmortem.review;
  return (
    <>
      {open === undefined && (
        <>
          <LostRace error={act.error} onReload={() => act.reset()} />
          <Refused refusal={refusalOf(act.error, [])} />
        </>
      )}
      <Flex gap="2" align="center" style={{ flexWrap: 'wrap' }}>
        {postmortem.status === 'draft' && (
          <RightButton
            reason={reason}
            variant="secondary"
            onPress={() => setOpen('submit')}
          >
            {t('incidents.postmortem.submit')}
          </RightButton>
        )}
        {postmortem.status === 'in_review' && reviews && (
          <>
            <Button
              variant="primary"
              isPending={act.isPending}
              onPress={() => act.mutate({ etag, act: { act: 'approve' } })}
            >
              {t('incidents.postmortem.approve')}
            </Button>
            <Button variant="secondary" onPress={() => setOpen('changes')}>
              {t('incidents.postmortem.requestChanges')}
            </Button>
          </>
        )}
        {postmortem.status === 'approved' && (
          <RightButton
            reason={reason}
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
            onPress={() => setOpen('reopen')}
          >
            {t('incidents.postmortem.reopen')}
          </RightButton>
        )}
        {approvals.length > 0 && (
          <Text variant="body-small" color="secondary">
            {t('incidents.postmortem.approvals', {
              names: approvals.map(a => a.person.name).join(', '),
            })}
          </Text>
        )}
      </Flex>
      {open === 'submit' && (
        <SubmitDialog
          error={act.error}
          pending={act.isPending}
          onClose={close}
          onSubmit={reviewers =>
            act.mutate({ etag, act: { act: 'submit', reviewers } })
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
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const me = useMe();
  const people = usePeople();
  const [reviewer, setReviewer] = useState('');
  const refusal = refusalOf(props.error, ['/reviewers']);
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
      <LostRace error={props.error} onReload={props.onClose} />
      <Select
        label={t('incidents.postmortem.reviewer')}
        // Somebody else approves.
        options={(people.data ?? [])
          .filter(p => p.id !== me.data?.person?.id)
          .map(p => ({ value: p.id, label: p.displayName }))}
        search
        value={reviewer || null}
        onChange={key => setReviewer(String(key ?? ''))}
        {...faultAt(refusal, '/reviewers')}
      />
    </FormDialog>
  );
}
