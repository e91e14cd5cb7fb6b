import type { Schemas } from '@evenkeel/client';
import {
  DataTable,
  More,
  Nothing,
  PageBody,
  Section,
  Shown,
  Sub,
  number,
  percent,
  useMe,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, SearchField, Select } from '@backstage/ui';
import { useEffect, useState } from 'react';

import { ANY, useNarrowing, useTyped, type Narrowing } from '../filters';
import { SLOLink, ServiceLink } from '../scorecards/links';
import { useTeams } from '../services';
import { evenkeelTranslationRef } from '../translation';
import { Composites } from './Composites';
import { Meter } from './Meter';
import { StateWord } from './StateWord';
import { states, useStatuses, type Filters } from './data';
import styles from './slos.module.css';

/** Every SLO, the least budget first; what it is narrowed to is in the address. */
export function SLOList() {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { params, narrow, clear } = useNarrowing();
  const filters: Filters = {
    state: states.find(s => s === params.get('state')),
    team: params.get('team') || undefined,
    service: params.get('service') || undefined,
    query: params.get('query') || undefined,
  };
  const slos = useStatuses(filters);
  const narrowed = Object.values(filters).some(Boolean);
  return (
    <PageBody>
      <Section title={t('slos.list.title')} note={t('slos.list.note')}>
        <FilterRow filters={filters} narrow={narrow} />
        <Shown what={t('slos.list.title')} read={slos}>
          {found =>
            found.length === 0 ? (
              <Nothing
                title={t(narrowed ? 'slos.list.noneSuch' : 'slos.list.none')}
                action={
                  narrowed && (
                    <Button variant="secondary" onPress={clear}>
                      {t('slos.list.clear')}
                    </Button>
                  )
                }
              >
                {t(narrowed ? 'slos.list.noneSuchText' : 'slos.list.noneText')}
              </Nothing>
            ) : (
              <>
                <DataTable
                  caption={t('slos.list.title')}
                  head={[
                    t('slos.list.slo'),
                    t('slos.figures.budget'),
                    t('slos.list.state'),
                    t('slos.figures.objective'),
                    t('slos.figures.sli'),
                    t('slos.list.burn'),
                  ]}
                >
                  {found.map(of => (
                    <Line key={of.slo.id} of={of} />
                  ))}
                </DataTable>
                <More of={slos} />
              </>
            )
          }
        </Shown>
      </Section>
      <Composites />
    </PageBody>
  );
}

function FilterRow(props: { filters: Filters; narrow: Narrowing['narrow'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { filters, narrow } = props;
  const me = useMe();
  const teams = useTeams();
  const mine = new Set(me.data?.teams.map(team => team.slug));
  const sorted = [...(teams.data ?? [])].sort(
    (a, b) => Number(mine.has(b.slug)) - Number(mine.has(a.slug)),
  );
  const [typed, setTyped] = useTyped(filters.query ?? '', query =>
    narrow({ query }),
  );
  const { service: narrowedTo = '' } = filters;
  const [service, setService] = useState(narrowedTo);
  useEffect(() => setService(narrowedTo), [narrowedTo]);
  return (
    <div className={styles.filters} role="search">
      <SearchField
        label={t('slos.list.search')}
        placeholder={t('slos.list.searchHint')}
        value={typed}
        onChange={setTyped}
      />
      <Select
        label={t('slos.list.state')}
        options={[
          { value: ANY, label: t('slos.list.any') },
          ...states.map(s => ({ value: s, label: t(`slos.state.${s}`) })),
        ]}
        value={filters.state ?? ANY}
        onChange={key => narrow({ state: String(key ?? '') })}
      />
      <Select
        label={t('slos.list.team')}
        options={[
          { value: ANY, label: t('slos.list.any') },
          ...sorted.map(team => ({ value: team.slug, label: team.name })),
        ]}
        value={filters.team ?? ANY}
        onChange={key => narrow({ team: String(key ?? ''), service: '' })}
      />
      <SearchField
        label={t('slos.list.service')}
        placeholder={t('slos.list.serviceHint')}
        value={service}
        onChange={setService}
        onSubmit={slug => narrow({ service: slug.trim(), team: '' })}
        onClear={() => narrow({ service: '' })}
      />
    </div>
  );
}

function Line(props: { of: Schemas['SLOStatus'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { of } = props;
  const unless = (value: number | null, write: (known: number) => string) =>
    value === null ? t('slos.unknown') : write(value);
  const lastDay = of.burn.find(b => b.lookback === '1d')?.rate ?? null;
  return (
    <tr>
      <th scope="row">
        <SLOLink service={of.service.slug} slo={of.slo.slug}>
          {of.name}
        </SLOLink>
        <Sub>
          <ServiceLink service={of.service.slug} />
        </Sub>
      </th>
      <td className={styles.number}>
        {unless(of.leastRemaining, v => percent(v, 1))}
        <Meter remaining={of.leastRemaining} state={of.state} />
      </td>
      <td>
        <StateWord
          state={of.state}
          stale={of.stale && of.latest !== null}
          retired={of.retiredAt !== null}
        />
      </td>
      <td className={styles.number}>{of.objective.replace(/%$/, ' %')}</td>
      <td className={styles.number}>
        {unless(of.window.sli, v => percent(v, 3))}
      </td>
      <td className={styles.number}>
        {unless(lastDay, v => t('slos.list.times', { rate: number(v, 2) }))}
      </td>
    </tr>
  );
}
