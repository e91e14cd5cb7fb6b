import type { Schemas, Versioned } from '@evenkeel/client';
import {
  FormDialog,
  LostRace,
  RightButton,
  belongs,
  faultAt,
  useMe,
  refusalBesideRace,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Select, Text } from '@backstage/ui';
import { useState } from 'react';

import { useSLOs } from '../slos/data';
import { evenkeelTranslationRef } from '../translation';
import { useMapSignals, useMapping } from './data';
import { mappingInput, signals, type Signal } from './mapping';

/** A button that opens the form of how golden signals are read. */
export function MapSignals(props: { service: string; team: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { service, team } = props;
  const me = useMe();
  const mapping = useMapping(service);
  const [open, setOpen] = useState(false);
  return (
    <>
      <RightButton
        size="small"
        variant="secondary"
        reason={
          belongs(me.data, team) ? undefined : t('slos.page.notYours', { team })
        }
        isDisabled={!mapping.data}
        onPress={() => setOpen(true)}
      >
        {t('service.signals.map')}
      </RightButton>
      {open && mapping.data && (
        <MapDialog
          service={service}
          mapping={mapping.data}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}

/** What no SLO is called: no slug has an underscore. */
const NONE = '_none';
/** Queries that somebody mapped by the API, which stay as they are. */
const KEPT = '_kept';

function chosen(mapped: Schemas['GoldenSignals'], signal: Signal): string {
  const of = mapped[signal];
  return of ? of.slo?.slug ?? KEPT : NONE;
}

function MapDialog(props: {
  service: string;
  mapping: Versioned<Schemas['GoldenSignals']>;
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { service, mapping, onClose } = props;
  const slos = useSLOs({ service }, 100);
  // What was looked at, until its author begins again from theirs.
  const [seen, setSeen] = useState(mapping);
  const [choice, setChoice] = useState<Partial<Record<Signal, string>>>({});
  const map = useMapSignals(service, onClose);
  const refusal = refusalBesideRace(
    map.error,
    signals.map(of => `/${of}`),
  );
  return (
    <FormDialog
      title={t('service.signals.mapTitle')}
      open
      onClose={onClose}
      pending={map.isPending}
      refusal={refusal}
      onSubmit={() => {
        const body = mappingInput(seen.value);
        for (const signal of signals) {
          const of = choice[signal];
          if (of !== undefined && of !== KEPT) {
            body[signal] = of === NONE ? undefined : { slo: of };
          }
        }
        map.mutate({ etag: seen.etag, body });
      }}
    >
      <LostRace
        error={map.error}
        onReload={() => {
          setSeen(mapping);
          setChoice({});
          map.reset();
        }}
      />
      <Text as="p">{t('service.signals.mapText')}</Text>
      {signals.map(signal => (
        <Select
          key={signal}
          label={t(`service.signals.${signal}`)}
          options={[
            { value: NONE, label: t('service.signals.notRead') },
            ...(chosen(seen.value, signal) === KEPT
              ? [{ value: KEPT, label: t('service.signals.kept') }]
              : []),
            ...(slos.data ?? []).map(slo => ({
              value: slo.slug,
              label: t('service.signals.fromSLO', { name: slo.name }),
            })),
          ]}
          value={choice[signal] ?? chosen(seen.value, signal)}
          onChange={key =>
            setChoice(before => ({ ...before, [signal]: String(key) }))
          }
          {...faultAt(refusal, `/${signal}`)}
        />
      ))}
    </FormDialog>
  );
}
