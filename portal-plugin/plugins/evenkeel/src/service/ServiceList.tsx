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
import { SearchField } from '@backstage/ui';
import { useEffect, useState } from 'react';
import { useSearchParams } from 'react-router-dom';

import { serviceRouteRef } from '../routes';
import { To, ToilLink } from '../scorecards/links';
import { StateWord } from '../slos/StateWord';
import { states, useSLOs } from '../slos/data';
import { useSettled } from '../slos/form';
import { evenkeelTranslationRef } from '../translation';
import { useScorecards, useServices } from './data';
import styles from './service.module.css';

/** Every service, with its worst SLO, its level and its owner; what is searched for is in the address. */
export function ServiceList() {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const [params, setParams] = useSearchParams();
  const [typed, setTyped] = useState(params.get('query') ?? '');
  const query = useSettled(typed.trim(), 300);
  useEffect(() => {
    setParams(query ? { query } : {}, { replace: true });
  }, [query, setParams]);
  const services = useServices(query);
  return (
    <PageBody>
      <Section title={t('service.list.title')} note={t('service.list.note')}>
        <div className={styles.search} role="search">
          <SearchField
            label={t('service.list.search')}
            placeholder={t('service.list.searchHint')}
            value={typed}
            onChange={setTyped}
          />
        </div>
        <Shown what={t('service.list.title')} read={services}>
          {found =>
            found.length === 0 ? (
              <Nothing
                title={t(query ? 'service.list.noneSuch' : 'service.list.none')}
              >
                {t(
                  query ? 'service.list.noneSuchText' : 'service.list.noneText',
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
