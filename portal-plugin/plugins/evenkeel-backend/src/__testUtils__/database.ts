import { DatabaseManager } from '@backstage/backend-defaults/database';
import type { DatabaseService } from '@backstage/backend-plugin-api';
import { mockServices } from '@backstage/backend-test-utils';
import { ConfigReader } from '@backstage/config';
import { randomUUID } from 'node:crypto';

/** A database of a test's own, in PostgreSQL. */
export type TestDatabase = {
  service: DatabaseService;
  /** Removes it. */
  remove: () => Promise<void>;
};

/** Makes one in the server of EVENKEEL_TEST_POSTGRES, which scripts/testenv starts. */
export async function testDatabase(): Promise<TestDatabase> {
  const server = process.env.EVENKEEL_TEST_POSTGRES;
  if (!server) {
    throw new Error(
      'EVENKEEL_TEST_POSTGRES does not say where a PostgreSQL is: run it by `make portal-test`, or by scripts/testenv postgres',
    );
  }
  const schema = `evenkeel_${randomUUID().replaceAll('-', '')}`;
  const database = {
    client: 'pg',
    connection: server,
    pluginDivisionMode: 'schema',
  };
  const service = DatabaseManager.fromConfig(
    new ConfigReader({ backend: { database } }),
  ).forPlugin(schema, {
    logger: mockServices.logger.mock(),
    lifecycle: mockServices.lifecycle.mock(),
  });
  return {
    service,
    async remove() {
      const client = await service.getClient();
      await client.raw('DROP SCHEMA ?? CASCADE', [schema]);
      await client.destroy();
    },
  };
}
