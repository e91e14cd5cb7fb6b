import { value, type Schemas } from '@evenkeel/client';
import {
  More,
  Nothing,
  Row,
  Rows,
  Section,
  Shown,
  Sub,
  Word,
  sloTones,
  usePages,
  useRead,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import { useState } from 'react';

import { LevelFigures } from '../scorecards/LevelFigures';
import { SLOLink } from '../scorecards/links';
import { evenkeelTranslationRef } from '../translation';
import styles from './organisation.module.css';

/** The systems: each row opens. */
export function Systems(props: { scorecard: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const systems = usePages(['systems'], (api, after, signal) =>
    value(
      api.GET('/v1/systems', {
        params: { query: { limit: 50, after } },
        signal,
      }),
    ),
  );
  return (
    <Section
      title={t('organisation.systems.title')}
      note={t('organisation.systems.note')}
    >
      <Shown what={t('organisation.systems.what')} read={systems}>
        {found =>
          found.length === 0 ? (
            <Nothing title={t('organisation.systems.none')}>
              {t('organisation.systems.noneText')}
            </Nothing>
          ) : (
            found.map(system => (
              <SystemRow
                key={system.id}
                system={system}
                scorecard={props.scorecard}
              />
            ))
          )
        }
      </Shown>
      <More of={systems} />
    </Section>
  );
}

function SystemRow(props: { system: Schemas['System']; scorecard: string }) {
  const { system, scorecard } = props;
  const [open, setOpen] = useState(false);
  return (
    <details
      className={styles.unit}
      onToggle={event => setOpen(event.currentTarget.open)}
    >
      <summary>
        <span className={styles.name}>
          {system.name}
          <Sub>{system.team.slug}</Sub>
        </span>
        <span className={styles.bar}>
          <Sub>{system.description}</Sub>
        </span>
      </summary>
      {open && (
        <div className={styles.opened}>
          <SystemDetail system={system.slug} scorecard={scorecard} />
        </div>
      )}
    </details>
  );
}

function SystemDetail(props: { system: string; scorecard: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { system, scorecard } = props;
  const report = useRead(
    ['scorecards', scorecard, 'report', 'of-system', system],
    (api, signal) =>
      value(
        api.GET('/v1/scorecards/{scorecard}/report', {
          params: { path: { scorecard }, query: { system, days: 1 } },
          signal,
        }),
      ),
  );
  const slos = useRead(['slos', 'of-system', system], (api, signal) =>
    value(
      api.GET('/v1/slos', {
        params: { query: { system, order: 'remaining', limit: 10 } },
        signal,
      }),
    ),
  );
  return (
    <>
      <Shown what={t('organisation.levels.what')} read={report}>
        {of => <LevelFigures report={of} />}
      </Shown>
      <div>
        <Text as="h3" variant="body-medium" weight="bold">
          {t('organisation.systems.slos')}
        </Text>
        <Shown what={t('organisation.slos.what')} read={slos}>
          {of =>
            (of.items ?? []).length === 0 ? (
              <Sub>{t('organisation.systems.noSlos')}</Sub>
            ) : (
              <Rows label={t('organisation.systems.slos')}>
                {(of.items ?? []).map(slo => (
                  <Row
                    key={slo.id}
                    sub={slo.service.slug}
                    end={
                      <Word tone={sloTones[slo.state]}>
                        {t(`home.budgets.states.${slo.state}`)}
                      </Word>
                    }
                  >
                    <SLOLink service={slo.service.slug} slo={slo.slug}>
                      {slo.name}
                    </SLOLink>
                  </Row>
                ))}
              </Rows>
            )
          }
        </Shown>
      </div>
    </>
  );
}
