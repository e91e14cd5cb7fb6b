import type {
  AuthService,
  BackstageCredentials,
  DiscoveryService,
} from '@backstage/backend-plugin-api';
import { evenkeel, type Evenkeel } from '@evenkeel/client';

/** What actions need of the backend that they run in. */
export type Portal = {
  auth: AuthService;
  discovery: DiscoveryService;
  /** Where the portal's pages are, without a slash at the end. */
  address: string;
};

/** Who runs a template, and which step of it. */
export type Run = {
  getInitiatorCredentials(): Promise<BackstageCredentials>;
  task: { id: string };
  step?: { id?: string };
};

/**
 * The API as the person who runs the template: through the portal's own backend of Evenkeel, so
 * that they may do in a template what they may do there, and nothing more.
 */
export async function apiFor(portal: Portal, run: Run): Promise<Evenkeel> {
  return evenkeel({
    baseUrl: await portal.discovery.getBaseUrl('evenkeel'),
    // Asked for with each request: a step that is tried again may outlive a token.
    token: async () => {
      const { token } = await portal.auth.getPluginRequestToken({
        onBehalfOf: await run.getInitiatorCredentials(),
        targetPluginId: 'evenkeel',
      });
      return token;
    },
  });
}

/**
 * Names what a step of a task makes, so that a step that is run again makes nothing twice. A step
 * with `each` makes several things, told apart by what they are called.
 */
export function keyOf(run: Run, action: string, ...names: string[]): string {
  const parts = [run.task.id, run.step?.id ?? action, ...names];
  // Printable and of at most 255 characters, as the API takes it.
  return `scaffolder:${parts.map(encodeURIComponent).join(':')}`.slice(0, 255);
}

/** The address of a page of Evenkeel in the portal. */
export function pageOf(portal: Portal, ...parts: string[]): string {
  return [portal.address, 'evenkeel', ...parts.map(encodeURIComponent)].join(
    '/',
  );
}
