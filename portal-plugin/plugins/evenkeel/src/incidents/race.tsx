import type { Schemas } from '@evenkeel/client';
import { DataTable } from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';

import { evenkeelTranslationRef } from '../translation';

/** What of an incident people see in its dialog, by the name of each field. */
export type Told = readonly (readonly [string, string])[];

/** What somebody else changed, field by field; nothing where nothing is known of it yet. */
export function Changed(props: { was: Told; now: Told }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { was, now } = props;
  const changed = now.flatMap(([name, value], at) =>
    was[at]?.[1] === value ? [] : [[name, was[at]?.[1] ?? '', value] as const],
  );
  return (
    <DataTable
      caption={t('incidents.race.caption')}
      head={[
        t('incidents.race.field'),
        t('incidents.race.was'),
        t('incidents.race.is'),
      ]}
    >
      {changed.map(([name, before, after]) => (
        <tr key={name}>
          <th scope="row">{name}</th>
          <td>{before || '—'}</td>
          <td>{after || '—'}</td>
        </tr>
      ))}
    </DataTable>
  );
}

/** Whether an incident that is read again is another one than that which a dialog began from. */
export function isNewer(
  now: Schemas['Incident'],
  than: Schemas['Incident'],
): boolean {
  return now.version > than.version;
}
