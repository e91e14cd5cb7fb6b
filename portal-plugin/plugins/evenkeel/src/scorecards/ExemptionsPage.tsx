import { value, type Schemas } from '@evenkeel/client';
import {
  More,
  Nothing,
  PageTitle,
  Row,
  Rows,
  Section,
  Shown,
  Word,
  ago,
  day,
  usePages,
  type Pages,
  type Tone,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, Link, Text } from '@backstage/ui';
import { useState, type ReactNode } from 'react';
import { useSearchParams } from 'react-router-dom';

import { evenkeelTranslationRef } from '../translation';
import { DecideDialog, ExemptionActs, type Decision } from './ExemptionActs';
import { TeamSelect } from './MatrixPage';
import { Nav } from './Nav';
import { endsSoon } from './exemption';
import { CheckLink, ServiceLink } from './links';
import styles from './scorecards.module.css';

type Exemption = Schemas['Exemption'];

const tones: Record<Exemption['state'], Tone> = {
  waiting: 'warning',
  in_force: 'info',
  rejected: 'bad',
  withdrawn: 'unknown',
  ended: 'unknown',
  expired: 'stale',
  lapsed: 'stale',
  gone: 'unknown',
};

/** The exemptions: those that wait for a decision, those in force, and the past. */
export function ExemptionsPage() {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const [query, setQuery] = useSearchParams();
  const [past, setPast] = useState(false);
  const team = query.get('team') ?? undefined;
  return (
    <>
      <Nav at="exemptions" />
      <PageTitle
        title={t('scorecards.exempt.title')}
        meta={<span>{t('scorecards.exempt.note')}</span>}
        actions={
          <TeamSelect
            team={team}
            onChange={to => setQuery(to ? { team: to } : {})}
          />
        }
      />
      <Listed
        title={t('scorecards.exempt.waiting')}
        none={t('scorecards.exempt.noneWaiting')}
        noneText={t('scorecards.exempt.noneWaitingText')}
        state="waiting"
        team={team}
      />
      <Listed
        title={t('scorecards.exempt.inForce')}
        none={t('scorecards.exempt.noneInForce')}
        noneText={t('scorecards.exempt.noneInForceText')}
        state="in_force"
        team={team}
      />
      {past ? (
        <Listed
          title={t('scorecards.exempt.past')}
          none={t('scorecards.exempt.nonePast')}
          noneText={t('scorecards.exempt.nonePastText')}
          team={team}
        />
      ) : (
        <div>
          <Button variant="secondary" onPress={() => setPast(true)}>
            {t('scorecards.exempt.pastShow')}
          </Button>
        </div>
      )}
    </>
  );
}

function Listed(props: {
  title: string;
  none: string;
  noneText: string;
  /** Those in it; without, all that are over. */
  state?: 'waiting' | 'in_force';
  team: string | undefined;
}) {
  const { title, state, team } = props;
  const exemptions = usePages(
    ['exemptions', state ?? 'past', team],
    async (api, after, signal) => {
      const list = await value(
        api.GET('/v1/exemptions', {
          params: { query: { state, team, limit: 50, after } },
          signal,
        }),
      );
      // There is no filter for all that are over: the newest come first, with the others.
      return state
        ? list
        : {
            ...list,
            items: (list.items ?? []).filter(
              e => e.state !== 'waiting' && e.state !== 'in_force',
            ),
          };
    },
  );
  return (
    <Section title={title}>
      <Exemptions
        title={title}
        read={exemptions}
        none={<Nothing title={props.none}>{props.noneText}</Nothing>}
      />
    </Section>
  );
}

/** Exemptions, with what can be decided of each. */
export function Exemptions(props: {
  title: string;
  read: Pages<Exemption>;
  /** Those that are shown; all without. */
  only?: (exemption: Exemption) => boolean;
  /** Stands there where there is none. */
  none: ReactNode;
  /** They are all from the same check, which is said already. */
  ofCheck?: boolean;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { title, read, only = () => true, none, ofCheck } = props;
  // It stays open where its exemption is over and leaves the list.
  const [opened, setOpened] = useState<{
    exemption: Exemption;
    act: Decision;
  }>();
  return (
    <>
      <Shown what={t('scorecards.exempt.what')} read={read}>
        {all => {
          const found = all.filter(only);
          return found.length === 0 && !read.hasNextPage ? (
            none
          ) : (
            <Rows label={title}>
              {found.map(e => (
                <One
                  key={e.id}
                  exemption={e}
                  ofCheck={ofCheck}
                  onAct={act => setOpened({ exemption: e, act })}
                />
              ))}
            </Rows>
          );
        }}
      </Shown>
      <More of={read} />
      {opened && (
        <DecideDialog {...opened} onClose={() => setOpened(undefined)} />
      )}
    </>
  );
}

function One(props: {
  exemption: Exemption;
  ofCheck?: boolean;
  onAct: (act: Decision) => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { exemption: e, ofCheck, onAct } = props;
  return (
    <Row
      sub={
        <>
          {[
            !ofCheck && e.scorecard.slug,
            t('scorecards.exempt.askedBy', {
              by: e.askedBy,
              when: ago(e.askedAt),
            }),
            e.approval &&
              t('scorecards.exempt.approvedBy', { by: e.approval.by }),
            e.ended?.by &&
              t('scorecards.exempt.endedBy', {
                by: e.ended.by,
                reason: e.ended.reason,
              }),
          ]
            .filter(Boolean)
            .join(' · ')}
          {e.link && (
            <>
              {' · '}
              <Link href={e.link}>{t('scorecards.exempt.more')}</Link>
            </>
          )}
        </>
      }
      end={<ExemptionActs exemption={e} onAct={onAct} />}
    >
      <div className={styles.excused}>
        <Text as="h3" variant="body-medium" weight="bold">
          <ServiceLink service={e.service.slug} />
        </Text>
        {!ofCheck && (
          <CheckLink scorecard={e.scorecard.slug} check={e.check}>
            {e.checkTitle || e.check}
          </CheckLink>
        )}
        <Word tone={tones[e.state]}>
          {t(`scorecards.exempt.states.${e.state}`)}
        </Word>
        <span className={styles.absent}>
          {t('scorecards.exempt.untilDay', { day: day(e.until) })}
        </span>
        {e.state === 'in_force' && endsSoon(e) && (
          <Word tone="warning">{t('scorecards.exempt.soon')}</Word>
        )}
      </div>
      {e.reason}
    </Row>
  );
}
