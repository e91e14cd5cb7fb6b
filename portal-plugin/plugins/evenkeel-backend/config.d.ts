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
    /**
     * Seconds that the API may take until it begins to answer, and between two parts of an answer;
     * 60 by default.
     */
    timeoutSeconds?: number;
    search?: {
      /** How often the search reads what there is; every 10 minutes by default. */
      schedule?: {
        frequency: { cron: string } | string | HumanDuration;
        timeout: string | HumanDuration;
        initialDelay?: string | HumanDuration;
        scope?: 'global' | 'local';
      };
    };
    notifications?: {
      /** Whether teams are told of violations, expiring exemptions and overdue actions; true by default. */
      enabled?: boolean;
      /** How often new events are read; every minute by default. */
      schedule?: {
        frequency: { cron: string } | string | HumanDuration;
        timeout: string | HumanDuration;
        initialDelay?: string | HumanDuration;
        scope?: 'global' | 'local';
      };
      /** The namespace of the catalog's groups that teams are; "default" by default. */
      groupNamespace?: string;
    };
  };
}
