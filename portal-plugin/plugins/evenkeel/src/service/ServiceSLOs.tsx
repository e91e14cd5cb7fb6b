import type { Schemas } from '@evenkeel/client';
import {
  More,
  Nothing,
  RightButton,
  Section,
  Shown,
  Sparkline,
  belongs,
  colors,
  useMe,
} from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, Text } from '@backstage/ui';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';

import { declareSLORouteRef } from '../routes';
import { SLOLink } from '../scorecards/links';
import { BigFigures } from '../slos/BigFigures';
import { BurnDown } from '../slos/BurnDown';
import { StateWord } from '../slos/StateWord';
import { useHistory, useSLOs, useStatus } from '../slos/data';
import { evenkeelTranslationRef } from '../translation';
import styles from './service.module.css';

/** A service's SLOs, and the burn-down of the one that was chosen: the worst at first. */
export function ServiceSLOs(props: { service: string; team: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { service, team } = props;
  const slos = useSLOs({ service });
  const [chosen, setChosen] = useState<string>();
  const me = useMe();
  const declare = useRouteRef(declareSLORouteRef);
  const navigate = useNavigate();
  const button = (
    <RightButton
      size="small"
      variant="primary"
      reason={
        belongs(me.data, team) ? undefined : t('slos.page.notYours', { team })
      }
      onPress={() => declare && navigate(declare({ service }))}
    >
      {t('service.slos.declare')}
    </RightButton>
  );
  return (
    <Section title={t('slos.list.title')} actions={button}>
      <Shown what={t('slos.list.title')} read={slos}>
        {found => {
          const shown = found.find(s => s.slug === chosen) ?? found[0];
          return shown ? (
            <>
              <ul className={styles.cards}>
                {found.map(slo => (
                  <SLOCard
                    key={slo.id}
                    slo={slo}
                    chosen={slo === shown}
                    onChoose={() => setChosen(slo.slug)}
                  />
                ))}
              </ul>
              <More of={slos} />
              <BurnDown
                key={shown.slug}
                of={{ service, slo: shown.slug }}
                name={shown.name}
              />
            </>
          ) : (
            <Nothing title={t('service.slos.none')}>
              {t('service.slos.noneText')}
            </Nothing>
          );
        }}
      </Shown>
    </Section>
  );
}

function SLOCard(props: {
  slo: Schemas['SLO'];
  chosen: boolean;
  onChoose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { slo, chosen, onChoose } = props;
  const of = { service: slo.service.slug, slo: slo.slug };
  const status = useStatus(of);
  const history = useHistory(of);
  const points = history.data?.points.map(p => p.remaining) ?? [];
  return (
    <li className={`${styles.card} ${chosen ? styles.chosen : ''}`}>
      <div className={styles.head}>
        <Text as="h3" variant="title-x-small">
          <SLOLink {...of}>{slo.name}</SLOLink>
        </Text>
        <StateWord
          state={status.data?.state ?? slo.state}
          stale={status.data?.stale ?? slo.stale}
        />
      </div>
      <BigFigures slo={slo} status={status.data} small />
      <div className={styles.foot}>
        {points.some(p => p !== null) ? (
          <Sparkline
            label={t('slos.burnDown.of', { name: slo.name })}
            values={points}
            color={colors.main}
            width={150}
          />
        ) : (
          <span />
        )}
        <Button
          size="small"
          variant="tertiary"
          aria-pressed={chosen}
          aria-label={t('service.slos.showOf', { name: slo.name })}
          onPress={onChoose}
        >
          {t(chosen ? 'service.slos.shown' : 'service.slos.show')}
        </Button>
      </div>
    </li>
  );
}
