import type { Schemas } from '@evenkeel/client';
import {
  DataTable,
  LevelWord,
  More,
  Nothing,
  PageBody,
  Section,
  Shown,
  Sub,
  useSettled,
} from '@evenkeel/plugin-evenkeel-react';
import { parseEntityRef } from '@backstage/catalog-model';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { entityRouteRef } from '@backstage/plugin-catalog-react';
import { Button, SearchField, Select } from '@backstage/ui';
import { useCallback, useEffect, useState } from 'react';
import { useSearchParams } from 'react-router-dom';

import { serviceRouteRef } from '../routes';
import { To, ToilLink } from '../scorecards/links';
import { useTeams } from '../services';
import { StateWord } from '../slos/StateWord';
import { states, useSLOs } from '../slos/data';
import { evenkeelTranslationRef } from '../translation';
import { useScorecards, useServices, type Filters } from './data';
import { lifecycles, tiers } from './register';
import styles from './service.module.css';

/** The value of a filter that leaves everything in. */
const ANY = 'any';

/** Every service, with its worst SLO, its level and its owner; how it is narrowed is in the address. */
export function ServiceList() {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const [params, setParams] = useSearchParams();
  const tier = tiers.find(of => String(of) === params.get('tier'));
  const filters: Filters = {
    query: params.get('query') || undefined,
    team: params.get('team') || undefined,
    tier,
    lifecycle: lifecycles.find(of => of === params.get('lifecycle')),
    entity: params.get('entity') === 'none' ? 'none' : undefined,
  };
  const narrow = useCallback(
    (name: string, to: string) =>
      setParams(
        before => {
          const after = new URLSearchParams(before);
          if (to && to !== ANY) {
            after.set(name, to);
          } else {
            after.delete(name);
          }
          return after;
        },
        { replace: true },
      ),
    [setParams],
  );
  const services = useServices(filters);
  const [cleared, setCleared] = useState(0);
  const narrowed = Object.values(filters).some(Boolean);
  return (
    <PageBody>
      <Section title={t('service.list.title')} note={t('service.list.note')}>
        <FilterRow
          // What is typed begins anew where all filters are taken away.
          key={cleared}
          filters={filters}
          narrow={narrow}
        />
        <Shown what={t('service.list.title')} read={services}>
          {found =>
            found.length === 0 ? (
              <Nothing
                title={t(
                  narrowed ? 'service.list.noneSuch' : 'service.list.none',
                )}
                action={
                  narrowed && (
                    <Button
                      variant="secondary"
                      onPress={() => {
                        setParams({}, { replace: true });
                        setCleared(cleared + 1);
                      }}
                    >
                      {t('service.list.clear')}
                    </Button>
                  )
                }
              >
                {t(
                  narrowed
                    ? 'service.list.noneSuchText'
                    : 'service.list.noneText',
                )}
              </Nothing>
            ) : (
              <>
                <DataTable
                  caption={t('service.list.title')}
                  head={[
                    t('service.list.service'),
                    t('service.list.worst'),
                    t('service.list.level'),
                    t('service.header.team'),
                    t('service.header.tier'),
                    t('service.header.lifecycle'),
                  ]}
                >
                  {found.map(service => (
                    <Line key={service.id} service={service} />
                  ))}
                </DataTable>
                <More of={services} />
              </>
            )
          }
        </Shown>
      </Section>
    </PageBody>
  );
}

function FilterRow(props: {
  filters: Filters;
  narrow: (name: string, to: string) => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { filters, narrow } = props;
  const teams = useTeams();
  const [typed, setTyped] = useState(filters.query ?? '');
  const query = useSettled(typed.trim(), 300);
  useEffect(() => {
    narrow('query', query);
  }, [query, narrow]);
  const any = { value: ANY, label: t('service.list.any') };
  return (
    <div className={styles.filters} role="search">
      <SearchField
        label={t('service.list.search')}
        placeholder={t('service.list.searchHint')}
        value={typed}
        onChange={setTyped}
      />
      <Select
        label={t('service.header.team')}
        options={[
          any,
          ...(teams.data ?? []).map(of => ({
            value: of.slug,
            label: of.name,
          })),
        ]}
        value={filters.team ?? ANY}
        onChange={key => narrow('team', String(key))}
      />
      <Select
        label={t('service.header.tier')}
        options={[
          any,
          ...tiers.map(of => ({
            value: String(of),
            label: t('service.register.tier', { tier: String(of) }),
          })),
        ]}
        value={filters.tier ? String(filters.tier) : ANY}
        onChange={key => narrow('tier', String(key))}
      />
      <Select
        label={t('service.header.lifecycle')}
        options={[
          any,
          ...lifecycles.map(of => ({
            value: of,
            label: t(`service.lifecycle.${of}`),
          })),
        ]}
        value={filters.lifecycle ?? ANY}
        onChange={key => narrow('lifecycle', String(key))}
      />
      <Select
        label={t('service.list.catalog')}
        options={[any, { value: 'none', label: t('service.list.notInIt') }]}
        value={filters.entity ?? ANY}
        onChange={key => narrow('entity', String(key))}
      />
    </div>
  );
}

/** Where a service's page is: that of its entity in the catalog where it has one. */
function useServiceAddress(service: Schemas['Service']): string | undefined {
  const own = useRouteRef(serviceRouteRef);
  const ofEntity = useRouteRef(entityRouteRef);
  if (service.entity && ofEntity) {
    return ofEntity(parseEntityRef(service.entity.ref));
  }
  return own?.({ service: service.slug });
}

function Line(props: { service: Schemas['Service'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { service } = props;
  const address = useServiceAddress(service);
  const slos = useSLOs({ service: service.slug }, 100);
  const scorecards = useScorecards(service.slug);
  const worst = states.find(state => slos.data?.some(s => s.state === state));
  const first = scorecards.data?.find(of => of.applies === 'holds');
  const none = (pending: boolean, word: string) => (pending ? '…' : word);
  return (
    <tr>
      <th scope="row">
        <To href={address}>{service.name}</To>
        <Sub>{service.slug}</Sub>
      </th>
      <td>
        {worst ? (
          <StateWord state={worst} />
        ) : (
          none(
            slos.isPending,
            t(slos.error ? 'service.unknown' : 'service.list.noSLO'),
          )
        )}
      </td>
      <td>
        {first ? (
          <LevelWord levels={first.levels} level={first.level} />
        ) : (
          none(scorecards.isPending, t('service.unknown'))
        )}
      </td>
      <td>
        <ToilLink team={service.team.slug}>{service.team.slug}</ToilLink>
      </td>
      <td>{service.tier}</td>
      <td>{t(`service.lifecycle.${service.lifecycle}`)}</td>
    </tr>
  );
}
