import {
  DataTable,
  LevelWord,
  Nothing,
  Section,
  Shown,
} from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { ButtonLink } from '@backstage/ui';

import { CheckLink, ServiceLink } from '../scorecards/links';
import { scorecardRouteRef } from '../routes';
import { evenkeelTranslationRef } from '../translation';
import styles from './home.module.css';
import { useWorstServices } from './worst';

const SHOWN = 6;

/** The services of the person's teams that do not pass all checks, the lowest score first. */
export function Failures(props: { teams: readonly string[] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const worst = useWorstServices(props.teams);
  const href = useRouteRef(scorecardRouteRef);
  const card = worst.data?.scorecard;
  return (
    <Section
      title={t('home.failures.title')}
      note={card && t('home.failures.note', { scorecard: card.name })}
      actions={
        card &&
        href && (
          <ButtonLink
            size="small"
            variant="tertiary"
            href={href({ scorecard: card.slug })}
          >
            {t('home.failures.all')}
          </ButtonLink>
        )
      }
    >
      <Shown what={t('home.failures.what')} read={worst}>
        {({ scorecard, services }) => {
          const failing = services.filter(s => s.next.length > 0);
          if (!scorecard) {
            return (
              <Nothing title={t('home.failures.noCard')}>
                {t('home.failures.noCardText')}
              </Nothing>
            );
          }
          if (services.length === 0) {
            return (
              <Nothing title={t('home.failures.noServices')}>
                {t('home.failures.noServicesText')}
              </Nothing>
            );
          }
          if (failing.length === 0) {
            return (
              <Nothing title={t('home.failures.none')}>
                {t('home.failures.noneText')}
              </Nothing>
            );
          }
          return (
            <DataTable
              caption={t('home.failures.title')}
              head={[
                t('home.failures.columns.service'),
                t('home.failures.columns.level'),
                t('home.failures.columns.score'),
                t('home.failures.columns.next'),
              ]}
            >
              {failing.slice(0, SHOWN).map(s => (
                <tr key={s.service.id}>
                  <th scope="row">
                    <ServiceLink service={s.service.slug}>{s.name}</ServiceLink>
                  </th>
                  <td>
                    <LevelWord levels={scorecard.levels} level={s.level} />
                  </td>
                  <td className={styles.number}>
                    {s.score === null
                      ? t('home.failures.unscored')
                      : `${s.score} %`}
                  </td>
                  <td>
                    <ul className={styles.next}>
                      {s.next.slice(0, 2).map(id => (
                        <li key={id}>
                          <CheckLink scorecard={scorecard.slug} check={id}>
                            {scorecard.checks.find(c => c.id === id)?.title ??
                              id}
                          </CheckLink>
                        </li>
                      ))}
                    </ul>
                  </td>
                </tr>
              ))}
            </DataTable>
          );
        }}
      </Shown>
    </Section>
  );
}
