import {
  resolvePackagePath,
  type DatabaseService,
} from '@backstage/backend-plugin-api';

type Knex = Awaited<ReturnType<DatabaseService['getClient']>>;

const TABLE = 'evenkeel_told';

const BEGINNING = 'the beginning';

/** How long it is kept which events were told, in milliseconds. */
const KEPT_MS = 24 * 60 * 60_000;

/**
 * Milliseconds that are read again each time: an event may come to be seen after one that was told
 * later.
 */
const OVERLAP_MS = 10 * 60_000;

/** Which events people were told of, kept in the plugin's database. */
export class Ledger {
  private constructor(private readonly db: Knex) {}

  /**
   * Opens the ledger; its table is made unless migrations are left to somebody else. An empty one
   * begins with `now`, so that nobody is told of what was before there was a portal.
   */
  static async open(database: DatabaseService, now: Date): Promise<Ledger> {
    const db = await database.getClient();
    if (!database.migrations?.skip) {
      await db.migrate.latest({
        directory: resolvePackagePath(
          '@evenkeel/plugin-evenkeel-backend',
          'migrations',
        ),
      });
    }
    const ledger = new Ledger(db);
    const [first] = await db(TABLE).limit(1);
    if (first === undefined) {
      await ledger.tell(BEGINNING, now);
    }
    return ledger;
  }

  /** From when on there may be events that were not told. */
  async from(): Promise<Date> {
    const [{ newest }] = await this.db(TABLE).max('at as newest');
    const [beginning] = await this.db(TABLE).where('event', BEGINNING);
    const overlap = new Date(newest).getTime() - OVERLAP_MS;
    return new Date(
      Math.max(overlap, beginning ? new Date(beginning.at).getTime() : 0),
    );
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

  /** Removes what is older than is needed to know what was told; `from` is as it was given. */
  async forget(from: Date): Promise<void> {
    await this.db(TABLE)
      .where('at', '<', new Date(from.getTime() - KEPT_MS))
      .delete();
  }
}
