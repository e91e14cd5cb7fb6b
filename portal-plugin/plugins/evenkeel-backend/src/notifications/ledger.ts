import {
  resolvePackagePath,
  type DatabaseService,
} from '@backstage/backend-plugin-api';

type Knex = Awaited<ReturnType<DatabaseService['getClient']>>;

const TABLE = 'evenkeel_told';

/** How long it is kept which events were told, in milliseconds. */
const KEPT_MS = 24 * 60 * 60_000;

/** Which events people were told of, kept in the plugin's database. */
export class Ledger {
  private constructor(private readonly db: Knex) {}

  /** Opens the ledger; its table is made unless migrations are left to somebody else. */
  static async open(database: DatabaseService): Promise<Ledger> {
    const db = await database.getClient();
    if (!database.migrations?.skip) {
      await db.migrate.latest({
        directory: resolvePackagePath(
          '@evenkeel/plugin-evenkeel-backend',
          'migrations',
        ),
      });
    }
    return new Ledger(db);
  }

  /**
   * Up to when events are in it; begins it with `now` where it is empty, so that nobody is told of
   * what was before there was a portal.
   */
  async upTo(now: Date): Promise<Date> {
    const [{ at }] = await this.db(TABLE).max('at as at');
    if (at) {
      return new Date(at);
    }
    await this.tell('the beginning', now);
    return now;
  }

  /** Those of the events that are not in it. */
  async untold(events: string[]): Promise<Set<string>> {
    const rows = await this.db(TABLE).whereIn('event', events).select('event');
    const told = new Set(rows.map(row => row.event));
    return new Set(events.filter(event => !told.has(event)));
  }

  /** Enters an event that happened at a time; entering it again changes nothing. */
  async tell(event: string, at: Date): Promise<void> {
    await this.db(TABLE).insert({ event, at }).onConflict('event').ignore();
  }

  /** Removes what is older than is needed to know what was told. */
  async forget(upTo: Date): Promise<void> {
    await this.db(TABLE)
      .where('at', '<', new Date(upTo.getTime() - KEPT_MS))
      .delete();
  }
}
