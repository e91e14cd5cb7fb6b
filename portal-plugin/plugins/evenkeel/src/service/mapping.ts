import type { Schemas } from '@evenkeel/client';

/** The golden signals that can be taken over from an SLO. */
export const signals = ['latency', 'traffic', 'errors'] as const;

/** A golden signal that can be taken over from an SLO. */
export type Signal = (typeof signals)[number];

type Sourced = { slo?: Schemas['Ref']; dataSource?: Schemas['Ref'] };

/** What is told of an SLO and a data source, as the API takes it. */
function named<T extends Sourced>(of: T) {
  return { ...of, slo: of.slo?.slug, dataSource: of.dataSource?.slug };
}

/** How golden signals are read, as the API takes it. */
export function mappingInput(
  of: Schemas['GoldenSignals'],
): Schemas['GoldenSignalsInput'] {
  return {
    latency: of.latency && named(of.latency),
    traffic: of.traffic && named(of.traffic),
    errors: of.errors && named(of.errors),
    saturation: of.saturation.map(resource => ({
      ...resource,
      dataSource: resource.dataSource.slug,
    })),
  };
}
