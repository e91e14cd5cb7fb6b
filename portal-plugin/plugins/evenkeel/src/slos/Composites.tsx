import { DataTable, More, Section, Sub } from '@evenkeel/plugin-evenkeel-react';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';

import { compositeRouteRef } from '../routes';
import { To } from '../scorecards/links';
import { evenkeelTranslationRef } from '../translation';
import { StateWord } from './StateWord';
import { useComposites } from './composites';
import { useWindowWords } from './words';

/** The SLOs of journeys and systems, made of those of services; nothing where there are none. */
export function Composites() {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const composites = useComposites();
  const page = useRouteRef(compositeRouteRef);
  const windowOf = useWindowWords();
  const found = composites.data ?? [];
  if (found.length === 0) {
    return null;
  }
  return (
    <Section title={t('slos.composite.all')} note={t('slos.composite.note')}>
      <DataTable
        caption={t('slos.composite.all')}
        head={[
          t('slos.list.slo'),
          t('slos.list.state'),
          t('slos.composite.of'),
          t('slos.figures.objective'),
          t('slos.list.team'),
        ]}
      >
        {found.map(c => (
          <tr key={c.id}>
            <th scope="row">
              <To href={page?.({ composite: c.slug })}>{c.name}</To>
            </th>
            <td>
              <StateWord state={c.state} stale={c.stale} />
            </td>
            <td>{c.journey?.name ?? c.system?.slug}</td>
            <td>
              {c.objective
                ? c.objective.replace(/%$/, ' %')
                : t('slos.composite.members')}
              <Sub>{windowOf(c)}</Sub>
            </td>
            <td>{c.team.slug}</td>
          </tr>
        ))}
      </DataTable>
      <More of={composites} />
    </Section>
  );
}
