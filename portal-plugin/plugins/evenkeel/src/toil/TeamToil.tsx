import { Column, Columns, Shown } from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert } from '@backstage/ui';

import { evenkeelTranslationRef } from '../translation';
import { Answers } from './Answers';
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
              title={t('toil.outside.title', { team })}
              description={t('toil.outside.text')}
            />
          )}
          <Figures toil={toil} />
          <Columns even>
            <Column>
              <Trend toil={toil} />
            </Column>
            <Column>
              <Parts toil={toil} />
            </Column>
          </Columns>
          <Candidates team={team} member={toil.member} />
          {toil.member && <Entries team={team} />}
          <Columns even>
            <Column>
              {toil.member && <Answers team={team} />}
              <Survey team={team} member={toil.member} />
            </Column>
            <Column>
              <Credits
                team={team}
                member={toil.member}
                credits={toil.credits}
              />
              <Settings
                team={team}
                settings={toil.settings}
                member={toil.member}
              />
            </Column>
          </Columns>
        </>
      )}
    </Shown>
  );
}
