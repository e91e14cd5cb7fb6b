import { items, type Evenkeel, type Schemas } from '@evenkeel/client';
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { NotificationService } from '@backstage/plugin-notifications-node';

import type { Ledger } from './ledger';
import { message, toldTypes } from './message';

type Event = Schemas['Event'];

/** What a run came to. */
export type Told = {
  /** Events that teams were told of. */
  told: number;
};

/** What teams are told with. */
export type TellerOptions = {
  api: Evenkeel;
  ledger: Ledger;
  logger: LoggerService;
  notifications: NotificationService;
  /** The namespace of the catalog's groups that teams are. */
  groupNamespace: string;
};

/** Tells teams in the portal of new events of Evenkeel. */
export class Teller {
  constructor(private readonly options: TellerOptions) {}

  /**
   * Tells of each new event, the oldest first. One that could not be told ends the run, and is told
   * by the next one: none is left out, and by its scope none shows twice.
   */
  async runOnce(signal?: AbortSignal): Promise<Told> {
    const { ledger, logger } = this.options;
    const from = await ledger.from();
    const events = await this.since(from, signal);
    const untold = await ledger.untold(events.map(event => event.id));
    let told = 0;
    for (const event of events.filter(e => untold.has(e.id)).reverse()) {
      if (toldTypes.has(event.type) && event.team) {
        await this.tell(event, event.team.slug);
        told++;
      }
      await ledger.tell(event.id, new Date(event.toldAt));
    }
    await ledger.forget(from);
    if (told > 0) {
      logger.info('teams were told of events', { told });
    }
    return { told };
  }

  /** The events since a time, the newest first. */
  private async since(from: Date, signal?: AbortSignal): Promise<Event[]> {
    const found: Event[] = [];
    const list = items(
      this.options.api,
      '/v1/events',
      { query: { limit: 200 } },
      signal,
    );
    for await (const event of list) {
      if (Date.parse(event.toldAt) < from.getTime()) {
        break;
      }
      found.push(event);
    }
    return found;
  }

  private async tell(event: Event, team: string): Promise<void> {
    await this.options.notifications.send({
      recipients: {
        type: 'entity',
        entityRef: `group:${this.options.groupNamespace}/${team}`,
      },
      payload: message(event),
    });
  }
}
