import type { Schemas } from '@evenkeel/client';
import {
  DataTable,
  Sub,
  Word,
  day,
  type Tone,
} from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, Flex, Link } from '@backstage/ui';
import { useState } from 'react';

import { incidentRouteRef } from '../routes';
import { useNames } from '../services';
import { evenkeelTranslationRef } from '../translation';
import { ReasonDialog } from './ReasonDialog';
import { useSettleAction } from './data';
import styles from './incidents.module.css';

const tones: Record<Schemas['ActionItem']['state'], Tone> = {
  open: 'warning',
  done: 'good',
  waived: 'unknown',
};

type Asked = {
  act: 'complete' | 'waive' | 'reopen';
  item: Schemas['ActionItem'];
};

/** Action items, with what can be done about each. */
export function ActionItems(props: {
  items: readonly Schemas['ActionItem'][];
  /** Whether each leads to its incident. */
  withIncident?: boolean;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const [asked, setAsked] = useState<Asked>();
  const to = useRouteRef(incidentRouteRef);
  const name = useNames();
  return (
    <>
      <DataTable
        caption={t('incidents.actions.title')}
        head={[
          t('incidents.actions.item'),
          t('incidents.actions.state'),
          t('incidents.actions.due'),
          t('incidents.actions.owner'),
          t('incidents.actions.act'),
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
            <td>
              <Flex gap="2" style={{ flexWrap: 'wrap' }}>
                {item.state === 'open' ? (
                  <>
                    <Button
                      size="small"
                      variant="secondary"
                      onPress={() => setAsked({ act: 'complete', item })}
                    >
                      {t('incidents.actions.complete')}
                    </Button>
                    <Button
                      size="small"
                      variant="tertiary"
                      onPress={() => setAsked({ act: 'waive', item })}
                    >
                      {t('incidents.actions.waive')}
                    </Button>
                  </>
                ) : (
                  <Button
                    size="small"
                    variant="tertiary"
                    onPress={() => setAsked({ act: 'reopen', item })}
                  >
                    {t('incidents.actions.reopen')}
                  </Button>
                )}
              </Flex>
            </td>
          </tr>
        ))}
      </DataTable>
      {asked && (
        <SettleDialog asked={asked} onClose={() => setAsked(undefined)} />
      )}
    </>
  );
}

function SettleDialog(props: { asked: Asked; onClose: () => void }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { act, item } = props.asked;
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
      onClose={props.onClose}
      onSubmit={(text, link) =>
        settle.mutate({
          item,
          settlement:
            act === 'complete'
              ? { act, note: text, link }
              : { act, reason: text },
        })
      }
    />
  );
}
