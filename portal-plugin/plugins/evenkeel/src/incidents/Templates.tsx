import type { Schemas } from '@evenkeel/client';
import {
  DataTable,
  More,
  Nothing,
  RightButton,
  Section,
  Shown,
  Sub,
  day,
  useMe,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Flex } from '@backstage/ui';
import { useState } from 'react';

import { evenkeelTranslationRef } from '../translation';
import { DeleteTemplateDialog, TemplateDialog } from './TemplateDialog';
import styles from './incidents.module.css';
import { useTemplates } from './templates';

type Template = Schemas['PostmortemTemplate'];
type Doing = { act: 'add' } | { act: 'revise' | 'remove'; template: Template };

/** What postmortems begin as; administrators write it. */
export function Templates() {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const read = useTemplates();
  const me = useMe();
  const [doing, setDoing] = useState<Doing>();
  const close = () => setDoing(undefined);
  const administrator = me.data?.administrator ?? false;
  // As it is now; as it was looked at where somebody removed it meanwhile.
  const looked = doing && doing.act !== 'add' ? doing.template : undefined;
  const template = read.data?.find(of => of.id === looked?.id) ?? looked;
  return (
    <Section
      title={t('incidents.templates.title')}
      note={t('incidents.templates.note')}
      actions={
        <RightButton
          reason={
            administrator ? undefined : t('incidents.templates.administrators')
          }
          size="small"
          variant="secondary"
          onPress={() => setDoing({ act: 'add' })}
        >
          {t('incidents.templates.add')}
        </RightButton>
      }
    >
      <Shown what={t('incidents.templates.title')} read={read}>
        {templates =>
          templates.length === 0 ? (
            <Nothing title={t('incidents.templates.none')}>
              {t('incidents.templates.noneText')}
            </Nothing>
          ) : (
            <>
              <DataTable
                caption={t('incidents.templates.title')}
                head={[
                  t('incidents.templates.name'),
                  t('incidents.templates.severities'),
                  t('incidents.templates.required'),
                  t('incidents.templates.revised'),
                  ...(administrator ? [t('incidents.actions.act')] : []),
                ]}
              >
                {templates.map(of => (
                  <tr key={of.id}>
                    <th scope="row">
                      {of.name}
                      <Sub>{of.slug}</Sub>
                      <details className={styles.opens}>
                        <summary>{t('incidents.templates.show')}</summary>
                        <pre className={styles.difference}>{of.markdown}</pre>
                      </details>
                    </th>
                    <td>
                      {(of.severities ?? [])
                        .map(s => t(`incidents.severity.${s}`))
                        .join(', ') || t('incidents.templates.chosen')}
                    </td>
                    <td>
                      {(of.required ?? []).join(', ') ||
                        t('incidents.templates.nothing')}
                    </td>
                    <td className={styles.once}>
                      {day(of.revisedAt)}
                      <Sub>
                        {t('incidents.templates.revision', {
                          number: String(of.revision),
                          by: of.revisedBy,
                        })}
                      </Sub>
                    </td>
                    {administrator && (
                      <td>
                        <Flex gap="2">
                          {(['revise', 'remove'] as const).map(act => (
                            <RightButton
                              key={act}
                              reason={undefined}
                              // That of the portal stands at the head of the list.
                              said
                              size="small"
                              variant="tertiary"
                              aria-label={t(`incidents.templates.${act}Of`, {
                                name: of.name,
                              })}
                              onPress={() => setDoing({ act, template: of })}
                            >
                              {t(`incidents.templates.${act}`)}
                            </RightButton>
                          ))}
                        </Flex>
                      </td>
                    )}
                  </tr>
                ))}
              </DataTable>
              <More of={read} />
            </>
          )
        }
      </Shown>
      {doing &&
        (doing.act === 'add' || (doing.act === 'revise' && template)) && (
          <TemplateDialog template={template} onClose={close} />
        )}
      {doing?.act === 'remove' && template && (
        <DeleteTemplateDialog template={template} onClose={close} />
      )}
    </Section>
  );
}
