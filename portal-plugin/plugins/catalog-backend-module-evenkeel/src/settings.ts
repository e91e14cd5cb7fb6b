import {
  readSchedulerServiceTaskScheduleDefinitionFromConfig,
  type SchedulerServiceTaskScheduleDefinition,
} from '@backstage/backend-plugin-api';
import type { Config } from '@backstage/config';

/** The kinds of entities that Evenkeel knows, in the order in which it is told. */
export const kinds = ['user', 'group', 'system', 'component'] as const;

/** A kind of entities that Evenkeel knows. */
export type Kind = (typeof kinds)[number];

/** What is told, to whom, and how often. */
export type Settings = {
  /** Where the API is, without a slash at the end. */
  baseUrl: string;
  /** Whom the tokens are for. */
  audience: string;
  /** Where the portal's pages are, without a slash at the end: whose people they are. */
  portal: string;
  kinds: Kind[];
  /** The types of components that are services. */
  componentTypes: string[];
  /** What else of components has to hold, as the catalog filters. */
  filter: Record<string, string | string[]>;
  schedule: SchedulerServiceTaskScheduleDefinition;
};

const usualTypes = [
  ...['service', 'website', 'grpc', 'pipeline', 'data-pipeline'],
  ...['batch', 'job', 'database', 'llm'],
];

/** Reads the settings; throws an Error that names the setting, its value and what would be right. */
export function readSettings(config: Config): Settings {
  const own = config.getOptionalConfig('evenkeel.catalog');
  const told = own?.getOptionalStringArray('kinds') ?? [...kinds];
  const unknown = told.find(kind => !kinds.some(known => known === kind));
  if (unknown !== undefined) {
    throw new Error(
      `evenkeel.catalog.kinds has "${unknown}": each is one of ${kinds.join(
        ', ',
      )}`,
    );
  }
  return {
    baseUrl: addressOf(config, 'evenkeel.baseUrl'),
    audience: config.getOptionalString('evenkeel.audience') ?? 'evenkeel-api',
    portal: addressOf(config, 'app.baseUrl'),
    kinds: kinds.filter(kind => told.includes(kind)),
    componentTypes: own?.getOptionalStringArray('componentTypes') ?? usualTypes,
    filter: readFilter(own?.getOptionalConfig('filter')),
    schedule: own?.has('schedule')
      ? readSchedulerServiceTaskScheduleDefinitionFromConfig(
          own.getConfig('schedule'),
        )
      : {
          frequency: { minutes: 5 },
          timeout: { minutes: 15 },
          initialDelay: { seconds: 15 },
        },
  };
}

function addressOf(config: Config, key: string): string {
  const text = config.getString(key);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    // What it holds may be a password.
    throw new Error(
      `${key} is no address: it is like "https://evenkeel.example.org"`,
    );
  }
  return url.href.replace(/\/+$/, '');
}

function readFilter(config: Config | undefined): Settings['filter'] {
  const filter: Settings['filter'] = {};
  const read = config?.get();
  for (const [key, value] of Object.entries(
    read && typeof read === 'object' ? read : {},
  )) {
    const values = [value].flat();
    if (!values.every(v => typeof v === 'string')) {
      throw new Error(
        `evenkeel.catalog.filter has "${key}" with ${JSON.stringify(
          value,
        )}: it is a text, or a list of texts`,
      );
    }
    filter[key] = values as string[];
  }
  return filter;
}
