import {
  DataTable,
  More,
  Nothing,
  Section,
  Shown,
  Sub,
  moment,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';

import { evenkeelTranslationRef } from '../translation';
import { useCorrections, type Name } from './data';

/** What is left out of an SLO's budget, or counts as good, and why. */
export function Corrections(props: { of: Name }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const corrections = useCorrections(props.of);
  return (
    <Section
      title={t('slos.corrections.title')}
      note={t('slos.corrections.note')}
    >
      <Shown what={t('slos.corrections.title')} read={corrections}>
        {found =>
          found.length === 0 ? (
            <Nothing title={t('slos.corrections.none')} />
          ) : (
            <>
              <DataTable
                caption={t('slos.corrections.title')}
                head={[
                  t('slos.corrections.when'),
                  t('slos.corrections.does'),
                  t('slos.corrections.why'),
                ]}
              >
                {found.map(c => (
                  <tr key={c.id}>
                    <th scope="row">
                      {moment(c.from)}
                      <Sub>
                        {c.to
                          ? t('slos.corrections.until', { when: moment(c.to) })
                          : t('slos.corrections.noEnd')}
                        {c.recurrence && ` · ${c.recurrence.rule}`}
                      </Sub>
                    </th>
                    <td>{t(`slos.corrections.effect.${c.effect}`)}</td>
                    <td>
                      {c.reason}
                      <Sub>
                        {t('slos.corrections.by', {
                          kind: t(`slos.corrections.kind.${c.kind}`),
                          who: c.createdBy,
                        })}
                      </Sub>
                    </td>
                  </tr>
                ))}
              </DataTable>
              <More of={corrections} />
            </>
          )
        }
      </Shown>
    </Section>
  );
}
