import { Shown } from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert } from '@backstage/ui';

import { evenkeelTranslationRef } from '../translation';
import { Candidates } from './Candidates';
import { Credits } from './Credits';
import { Entries } from './Entries';
import { Figures } from './Figures';
import { Parts } from './Parts';
import { Question } from './Question';
import { Settings } from './Settings';
import { Survey } from './Survey';
import { Trend } from './Trend';
import { useToil } from './data';
import styles from './toil.module.css';

/** A team's toil: its share, what it is, what to automate first, and one's own part in it. */
export function TeamToil(props: { team: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { team } = props;
  const read = useToil(team);
  return (
    <Shown what={t('toil.share.title')} read={read}>
      {toil => (
        <>
          {toil.member ? (
            <Question team={team} />
          ) : (
            <Alert
              status="info"
              icon
              title={t('toil.outside.title')}
              description={t('toil.outside.text')}
            />
          )}
          <Figures toil={toil} />
          <Candidates team={team} member={toil.member} />
          <div className={styles.columns}>
            <div className={styles.column}>
              <Trend toil={toil} />
              <Credits credits={toil.credits} />
              <Survey team={team} member={toil.member} />
            </div>
            <div className={styles.column}>
              <Parts toil={toil} />
              {toil.member && <Entries team={team} />}
              <Settings
                team={team}
                settings={toil.settings}
                member={toil.member}
              />
            </div>
          </div>
        </>
      )}
    </Shown>
  );
}
