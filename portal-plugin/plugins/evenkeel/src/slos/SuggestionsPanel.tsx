import {
  Nothing,
  Row,
  Rows,
  Section,
  Shown,
  percent,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, Select } from '@backstage/ui';
import { useState } from 'react';

import { evenkeelTranslationRef } from '../translation';
import type { Draft } from './draft';
import { useDataSources, useSuggestions } from './form';
import styles from './slos.module.css';

/** What could be declared, from what a data source holds of the service. */
export function SuggestionsPanel(props: {
  service: string;
  onTake: (draft: Draft) => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { service, onTake } = props;
  const sources = useDataSources();
  const [source, setSource] = useState('');
  const suggestions = useSuggestions(service, source);
  const usable = (sources.data ?? []).filter(s => s.kind === 'prometheus');
  return (
    <Section
      title={t('slos.suggestions.title')}
      note={t('slos.suggestions.note')}
    >
      <Shown what={t('slos.suggestions.title')} read={sources}>
        {() =>
          usable.length === 0 ? (
            <Nothing title={t('slos.suggestions.noSource')}>
              {t('slos.suggestions.noSourceText')}
            </Nothing>
          ) : (
            <div className={styles.stack}>
              <Select
                label={t('slos.promise.source')}
                placeholder={t('slos.suggestions.choose')}
                options={usable.map(s => ({
                  value: s.slug,
                  label: s.name || s.slug,
                }))}
                value={source || null}
                onChange={key => setSource(key ? String(key) : '')}
              />
              {source && (
                <Shown what={t('slos.suggestions.title')} read={suggestions}>
                  {found =>
                    found.items.length === 0 ? (
                      <Nothing title={t('slos.suggestions.none')}>
                        {t('slos.suggestions.noneText')}
                      </Nothing>
                    ) : (
                      <Rows label={t('slos.suggestions.title')}>
                        {found.items.map(s => (
                          <Row
                            key={`${s.template}${s.indicator}${s.title}`}
                            sub={`${
                              s.measured.sli === null
                                ? t('slos.unknown')
                                : percent(s.measured.sli, 3)
                            } · ${s.why}`}
                            end={
                              <Button
                                size="small"
                                variant="secondary"
                                onPress={() => onTake(s.slo)}
                              >
                                {t('slos.suggestions.take')}
                              </Button>
                            }
                          >
                            {t('slos.suggestions.line', {
                              kind: t(`slos.kind.${s.category}`),
                              title: s.title,
                              objective: s.objective || t('slos.none'),
                            })}
                          </Row>
                        ))}
                      </Rows>
                    )
                  }
                </Shown>
              )}
            </div>
          )
        }
      </Shown>
    </Section>
  );
}
