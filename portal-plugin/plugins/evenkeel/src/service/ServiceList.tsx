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
} from '@evenkeel/plugin-evenkeel-react';
import { parseEntityRef } from '@backstage/catalog-model';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { entityRouteRef } from '@backstage/plugin-catalog-react';
import { Button, SearchField, Select } from '@backstage/ui';
import type { ReactNode } from 'react';

import { ANY, useNarrowing, useTyped, type Narrowing } from '../filters';
import { serviceRouteRef } from '../routes';
import { To, ToilLink } from '../scorecards/links';
import { useTeams } from '../services';
import { StateWord } from '../slos/StateWord';
import { evenkeelTranslationRef } from '../translation';
import { useServices, type Filters } from './data';
import { lifecycles, tiers } from './register';
import styles from './service.module.css';
import { usePositions, useWorstStates } from './standings';

/** Every service, with its worst SLO, its level and its owner; how it is narrowed is in the address. */
export function ServiceList() {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { params, narrow, clear } = useNarrowing();
  const tier = tiers.find(of => String(of) === params.get('tier'));
  const filters: Filters = {
    query: params.get('query') || undefined,
    team: params.get('team') || undefined,
    tier,
    lifecycle: lifecycles.find(of => of === params.get('lifecycle')),
    entity: params.get('entity') === 'none' ? 'none' : undefined,
  };
  const services = useServices(filters);
  const last = services.data?.[services.data.length - 1]?.slug;
  const worst = useWorstStates(filters.team, last);
  const levels = usePositions(filters.team, last);
  const narrowed = Object.values(filters).some(Boolean);
  return (
    <PageBody>
      <Section title={t('service.list.title')} note={t('service.list.note')}>
        <FilterRow filters={filters} narrow={narrow} />
        <Shown what={t('service.list.title')} read={services}>
          {found =>
            found.length === 0 ? (
              <Nothing
                title={t(
                  narrowed ? 'service.list.noneSuch' : 'service.list.none',
                )}
                action={
                  narrowed && (
                    <Button variant="secondary" onPress={clear}>
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
                    levels.card
                      ? t('service.list.levelBy', { name: levels.card.name })
                      : t('service.list.level'),
                    t('service.header.team'),
                    t('service.header.tier'),
                    t('service.header.lifecycle'),
                  ]}
                >
                  {found.map(service => (
                    <Line
                      key={service.id}
                      service={service}
                      states={worst}
                      levels={levels}
                    />
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

function FilterRow(props: { filters: Filters; narrow: Narrowing['narrow'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { filters, narrow } = props;
  const teams = useTeams();
  const [typed, setTyped] = useTyped(filters.query ?? '', query =>
    narrow({ query }),
  );
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
        onChange={key => narrow({ team: String(key) })}
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
        onChange={key => narrow({ tier: String(key) })}
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
        onChange={key => narrow({ lifecycle: String(key) })}
      />
      <Select
        label={t('service.list.catalog')}
        options={[any, { value: 'none', label: t('service.list.notInIt') }]}
        value={filters.entity ?? ANY}
        onChange={key => narrow({ entity: String(key) })}
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

function Line(props: {
  service: Schemas['Service'];
  states: ReturnType<typeof useWorstStates>;
  levels: ReturnType<typeof usePositions>;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { service, states, levels } = props;
  const address = useServiceAddress(service);
  const worst = states.of(service.slug);
  const position = levels.positions.of(service.slug);
  // What is not read yet is waited for, unless it cannot be read.
  const unread = (error: Error | null) => (error ? t('service.unknown') : '…');
  let level: ReactNode = unread(levels.positions.error);
  if (levels.none || position === null) {
    level = t('service.list.notScored');
  } else if (position && levels.card) {
    level =
      position.score === null ? (
        t('service.unknown')
      ) : (
        <LevelWord levels={levels.card.levels} level={position.level} />
      );
  }
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
          <>{worst === null ? t('service.list.noSLO') : unread(states.error)}</>
        )}
      </td>
      <td>{level}</td>
      <td>
        <ToilLink team={service.team.slug}>{service.team.slug}</ToilLink>
      </td>
      <td>{service.tier}</td>
      <td>{t(`service.lifecycle.${service.lifecycle}`)}</td>
    </tr>
  );
}
