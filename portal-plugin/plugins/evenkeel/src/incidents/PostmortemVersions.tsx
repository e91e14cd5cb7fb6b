import {
  More,
  Row,
  Rows,
  Section,
  Shown,
  moment,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import { useState } from 'react';

import { evenkeelTranslationRef } from '../translation';
import styles from './incidents.module.css';
import { useDifference, useVersions } from './postmortem';

/** The versions of a postmortem's text, each with what it changed. */
export function PostmortemVersions(props: { incident: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { incident } = props;
  const read = useVersions(incident);
  const [compared, setCompared] = useState<number>();
  return (
    <Section title={t('incidents.postmortem.versions')}>
      <Shown what={t('incidents.postmortem.versions')} read={read}>
        {versions => (
          <>
            <Rows label={t('incidents.postmortem.versions')}>
              {versions.map(v => (
                <Row
                  key={v.number}
                  sub={
                    <>
                      {v.note}
                      {compared === v.number && (
                        <Difference incident={incident} version={v.number} />
                      )}
                    </>
                  }
                  end={
                    v.number > 1 && (
                      <Button
                        size="small"
                        variant="tertiary"
                        aria-expanded={compared === v.number}
                        onPress={() =>
                          setCompared(
                            compared === v.number ? undefined : v.number,
                          )
                        }
                      >
                        {t('incidents.postmortem.compare', {
                          number: String(v.number),
                        })}
                      </Button>
                    )
                  }
                >
                  {t('incidents.postmortem.version', {
                    number: String(v.number),
                    by: v.author,
                    when: moment(v.at),
                  })}
                </Row>
              ))}
            </Rows>
            <More of={read} />
          </>
        )}
      </Shown>
    </Section>
  );
}

/** What a version changed of the one before, line by line. */
function Difference(props: { incident: string; version: number }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const read = useDifference(props.incident, props.version);
  return (
    <Shown what={t('incidents.postmortem.difference')} read={read}>
      {({ diff }) => (
        <pre className={styles.difference}>
          {diff || t('incidents.postmortem.same')}
        </pre>
      )}
    </Shown>
  );
}
