import type { Schemas } from '@evenkeel/client';
import { Shown, ago } from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert } from '@backstage/ui';

import { campaignRouteRef, scorecardRouteRef } from '../routes';
import { SLOLink, ServiceLink, To, ToilLink } from '../scorecards/links';
import { evenkeelTranslationRef } from '../translation';
import { Source } from './Kept';
import { MOST, useDrift } from './data';
import { plain } from './field';
import styles from './kept.module.css';

type Item = Schemas['ManifestItem'];

// How many fields of a thing are told, so that one line is enough for most.
const FIELDS = 3;

/** What of a service, or of a team, differs from what its manifests say; nothing where nothing does. */
export function Drift(props: { of: { service: string } | { team: string } }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const drift = useDrift(props.of);
  return (
    <Shown what={t('kept.drift.what')} read={drift} waiting={<></>}>
      {items => items.length > 0 && <Drifted items={items} />}
    </Shown>
  );
}

function Drifted(props: { items: readonly Item[] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { items } = props;
  const sources = [...new Set(items.map(i => i.set.source))].filter(Boolean);
  return (
    <Alert
      icon
      status="info"
      title={
        items.length > MOST
          ? t('kept.drift.many', { number: String(MOST) })
          : t('kept.drift.title', { count: items.length })
      }
      description={
        <>
          <ul className={styles.drift}>
            {items.slice(0, MOST).map(item => (
              <li key={item.id}>
                {t(`kept.drift.kinds.${item.kind}`)} <Thing item={item} />
                {': '}
                <Differs item={item} />
              </li>
            ))}
          </ul>
          {t('kept.drift.text')}
          {sources.length > 0 && <> {t('kept.files')} </>}
          {sources.map((address, at) => (
            <span key={address}>
              {at > 0 && ', '}
              <Source address={address} />
            </span>
          ))}
          {sources.length > 0 && '.'}
        </>
      }
    />
  );
}

// The thing, which leads to its page where it has one here.
function Thing(props: { item: Item }) {
  const { kind, name, resourceId } = props.item;
  const scorecard = useRouteRef(scorecardRouteRef);
  const campaign = useRouteRef(campaignRouteRef);
  const [service, slo = ''] = name.split('/');
  switch (kind) {
    case 'Service':
      return <ServiceLink service={name} />;
    case 'SLO':
      return (
        <SLOLink service={service} slo={slo}>
          {name}
        </SLOLink>
      );
    case 'Team':
      return <ToilLink team={name}>{name}</ToilLink>;
    case 'Scorecard':
      return <To href={scorecard?.({ scorecard: name })}>{name}</To>;
    case 'Campaign':
      return <To href={campaign?.({ campaign: resourceId })}>{name}</To>;
    default:
      return <>{name}</>;
  }
}

// How it differs, since when, and what says what it should be.
function Differs(props: { item: Item }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { drift, path, released, set } = props.item;
  const words: Record<string, string> = {
    create: t('kept.drift.gone'),
    restore: t('kept.drift.retired'),
    keep: t('kept.drift.notKept'),
  };
  const fields = (drift?.fields ?? []).map(({ name, before, after }) => {
    const field = name.replace(/^\//, '');
    const [is, says] = [before, after].map(of =>
      of === null ? t('kept.drift.nothing') : plain(of),
    );
    if (field === '') {
      return String(after ?? ''); // what is the matter with all of it
    }
    return is !== undefined && says !== undefined
      ? t('kept.drift.field', { field, is, says })
      : t('kept.drift.fieldOnly', { field });
  });
  const more = fields.length - FIELDS;
  const how = [
    ...(fields.length > 0
      ? fields.slice(0, FIELDS)
      : [words[drift?.action ?? ''] ?? '']),
    more > 0 ? t('kept.drift.more', { number: String(more) }) : '',
  ];
  return (
    <>
      {how.filter(Boolean).join(', ')}
      <span className={styles.where}>
        {[
          t('kept.drift.where', { path, set: set.slug }),
          released &&
            t('kept.drift.released', {
              who: released.by,
              reason: released.reason,
            }),
          drift && t('kept.drift.since', { when: ago(drift.seenAt) }),
        ]
          .filter(Boolean)
          .join(' · ')}
      </span>
    </>
  );
}
