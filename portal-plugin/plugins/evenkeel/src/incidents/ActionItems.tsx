import type { Schemas } from '@evenkeel/client';
import {
  DataTable,
  RightButton,
  Sub,
  Word,
  day,
  type Tone,
} from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Flex, Link } from '@backstage/ui';
import { useState } from 'react';

import { incidentRouteRef } from '../routes';
import { ReasonDialog } from '../ReasonDialog';
import { useNames } from '../services';
import { evenkeelTranslationRef } from '../translation';
import { useSettleAction } from './data';
import styles from './incidents.module.css';
import { useChangeReason, useMyself } from './rights';

const tones: Record<Schemas['ActionItem']['state'], Tone> = {
  open: 'warning',
  done: 'good',
  waived: 'unknown',
};

type Act = 'complete' | 'waive' | 'reopen';

/**
 * Action items of an incident, with what can be done about each: its owner and members of the
 * incident's team complete and reopen it, members alone waive it.
 */
export function ActionItems(props: {
  items: readonly Schemas['ActionItem'][];
  /** Slug of the team that owns their incident. */
  team: string;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { items } = props;
  const [asked, setAsked] = useState<{ act: Act; item: string }>();
  const notMember = useChangeReason(props.team);
  const myself = useMyself();
  const item = items.find(of => of.id === asked?.item);
  const reasonOf = (of: Schemas['ActionItem'], act: Act) => {
    if (act !== 'waive') {
      return of.owner === myself ? undefined : notMember;
    }
    return (
      notMember ??
      (of.priority === 'p0' && of.owner === myself
        ? t('incidents.actions.notOwner')
        : undefined)
    );
  };
  return (
    <>
      <ActionTable
        items={items}
        acts={of => (
          <Flex gap="2" style={{ flexWrap: 'wrap' }}>
            {(of.state === 'open'
              ? (['complete', 'waive'] as const)
              : (['reopen'] as const)
            ).map(act => {
              const reason = reasonOf(of, act);
              return (
                <RightButton
                  key={act}
                  reason={reason}
                  // Whose they are stands at the head of the list.
                  said={reason === notMember}
                  size="small"
                  variant={act === 'complete' ? 'secondary' : 'tertiary'}
                  aria-label={t(`incidents.actions.${act}Of`, {
                    item: of.title,
                  })}
                  onPress={() => setAsked({ act, item: of.id })}
                >
                  {t(`incidents.actions.${act}`)}
                </RightButton>
              );
            })}
          </Flex>
        )}
      />
      {asked && item && (
        <SettleDialog
          act={asked.act}
          item={item}
          onClose={() => setAsked(undefined)}
        />
      )}
    </>
  );
}

/** Action items, each of which leads to its incident where that is another page. */
export function ActionTable(props: {
  items: readonly Schemas['ActionItem'][];
  withIncident?: boolean;
  /** What can be done about an item; there is no such column without. */
  acts?: (item: Schemas['ActionItem']) => JSX.Element;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { acts } = props;
  const to = useRouteRef(incidentRouteRef);
  const name = useNames();
  return (
    <DataTable
      caption={t('incidents.actions.title')}
      head={[
        t('incidents.actions.item'),
        t('incidents.actions.state'),
        t('incidents.actions.due'),
        t('incidents.actions.owner'),
        ...(acts ? [t('incidents.actions.act')] : []),
      ]}
    >
      {props.items.map(item => (
        <tr key={item.id}>
          <th scope="row">
            {props.withIncident ? (
              <Link href={to?.({ incident: item.incident }) ?? ''}>
                {item.title}
              </Link>
            ) : (
              item.title
            )}
            <Sub>
              {[
                item.priority.toUpperCase(),
                t(`incidents.actions.types.${item.type}`),
                item.service.slug,
                item.verification,
              ]
                .filter(Boolean)
                .join(' · ')}
            </Sub>
            {item.settled && (
              <Sub>
                {t('incidents.actions.settled', {
                  by: item.settled.by,
                  when: day(item.settled.at),
                  note: item.settled.note,
                })}
              </Sub>
            )}
          </th>
          <td>
            {item.overdue ? (
              <Word tone="bad">{t('incidents.actions.overdue')}</Word>
            ) : (
              <Word tone={tones[item.state]}>
                {t(`incidents.actions.states.${item.state}`)}
              </Word>
            )}
          </td>
          <td className={styles.once}>{day(item.dueOn)}</td>
          <td>{name(item.owner)}</td>
          {acts && <td>{acts(item)}</td>}
        </tr>
      ))}
    </DataTable>
  );
}

function SettleDialog(props: {
  act: Act;
  /** As it is now. */
  item: Schemas['ActionItem'];
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { act, item } = props;
  // What is done is done to the item as it was when the dialog was opened.
  const [seen, setSeen] = useState(item);
  const settle = useSettleAction(props.onClose);
  const completes = act === 'complete';
  return (
    <ReasonDialog
      title={t(`incidents.actions.${act}Title`)}
      label={
        completes ? t('incidents.actions.note') : t('incidents.actions.reason')
      }
      pointer={completes ? '/note' : '/reason'}
      linkLabel={completes ? t('incidents.actions.link') : undefined}
      submit={t(`incidents.actions.${act}`)}
      error={settle.error}
      pending={settle.isPending}
      theirs={
        item.version > seen.version &&
        t('incidents.actions.theirs', {
          by: item.updatedBy,
          state: t(`incidents.actions.states.${item.state}`),
          title: item.title,
        })
      }
      onReload={() => {
        settle.reset();
        setSeen(item);
      }}
      onClose={props.onClose}
      onSubmit={(text, link) =>
        settle.mutate({
          item: seen,
          settlement: completes
            ? { act, note: text, link }
            : { act, reason: text },
        })
      }
    />
  );
}
