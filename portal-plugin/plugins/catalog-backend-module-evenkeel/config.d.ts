import { HumanDuration } from '@backstage/types';

export interface Config {
  evenkeel?: {
    /**
     * Where the Evenkeel API is, without "/v1", such as "https://evenkeel.example.org".
     */
    baseUrl: string;
    /**
     * Whom the portal's tokens are for; the same as `portal.audience` of the API. "evenkeel-api"
     * by default.
     */
    audience?: string;
    catalog?: {
      /** The kinds of entities that Evenkeel is told of: user, group, system and component by default. */
      kinds?: Array<'user' | 'group' | 'system' | 'component'>;
      /**
       * The types of components that are services; components with the annotation
       * `evenkeel.dev/service` are, whatever their type is.
       */
      componentTypes?: string[];
      /** What else of components has to hold, such as `metadata.tags: reliability`. */
      filter?: { [key: string]: string | string[] };
      /** How often Evenkeel is told; every 5 minutes by default. */
      schedule?: {
        frequency: { cron: string } | string | HumanDuration;
        timeout: string | HumanDuration;
        initialDelay?: string | HumanDuration;
        scope?: 'global' | 'local';
      };
    };
  };
}
