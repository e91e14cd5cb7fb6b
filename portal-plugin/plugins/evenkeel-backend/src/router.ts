import {
  evenkeelChangePermission,
  evenkeelReadPermission,
} from '@evenkeel/plugin-evenkeel-common';
import type {
  AuthService,
  BackstageCredentials,
  BackstageUserPrincipal,
  DiscoveryService,
  HttpAuthService,
  LoggerService,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import {
  AuthenticationError,
  NotAllowedError,
  ResponseError,
} from '@backstage/errors';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { Router, type Request, type Response } from 'express';

import { Operations } from './api/operations';
import { pass } from './api/passage';
import { Refusal, refuse } from './api/problem';
import type { ApiSettings } from './api/settings';

/** What requests are led on with. */
export type RouterOptions = {
  settings: ApiSettings;
  auth: AuthService;
  discovery: DiscoveryService;
  httpAuth: HttpAuthService;
  logger: LoggerService;
  permissions: PermissionsService;
};

/**
 * Leads requests under /v1 to the API as the person who makes them, or for whom another plugin
 * makes them. Only operations of the API's document are let through, and none that shows a secret.
 */
export function createRouter(options: RouterOptions): Router {
  const operations = new Operations();
  const router = Router();
  router.use((req, res, next) => {
    if (!/^\/v1(\/|\?|$)/.test(req.url)) {
      next();
      return;
    }
    lead(options, operations, req, res).catch(error => {
      answerFor(error, options.logger, req, res);
    });
  });
  return router;
}

async function lead(
  options: RouterOptions,
  operations: Operations,
  req: Request,
  res: Response,
): Promise<void> {
  const { auth, discovery, settings } = options;
  const credentials = await options.httpAuth.credentials(req, {
    allow: ['user'],
  });
  // As it stood in the request: nothing on the way may have decoded it.
  const [rawPath] = req.url.split('?', 1);
  const path = pathOf(operations, req.method, rawPath);
  await demandPermission(options.permissions, credentials, req.method);

  const { token } = await auth.getPluginRequestToken({
    onBehalfOf: credentials,
    targetPluginId: settings.audience,
  });
  const portal = new URL(await discovery.getExternalBaseUrl('evenkeel'));
  await pass(
    settings,
    {
      target: `${path}${req.url.slice(rawPath.length)}`,
      token,
      portal: portal.pathname.replace(/\/+$/, ''),
    },
    req,
    res,
  );
}

function pathOf(
  operations: Operations,
  method: string,
  rawPath: string,
): string {
  const asked = operations.find(method, rawPath);
  switch (asked.kind) {
    case 'let-through':
      return asked.path;
    case 'method':
      throw new Refusal(
        405,
        'method_not_allowed',
        `this takes ${asked.allow.join(', ')} through the portal`,
        { Allow: asked.allow.join(', ') },
      );
    case 'malformed':
      throw new Refusal(
        400,
        'malformed_path',
        'the path has a part that is empty, a dot segment, or holds a slash',
      );
    default:
      throw new Refusal(
        404,
        'not_in_portal',
        'there is nothing at this path that the portal leads to',
      );
  }
}

async function demandPermission(
  permissions: PermissionsService,
  credentials: BackstageCredentials<BackstageUserPrincipal>,
  method: string,
): Promise<void> {
  const permission = ['GET', 'HEAD'].includes(method)
    ? evenkeelReadPermission
    : evenkeelChangePermission;
  const [decision] = await permissions.authorize([{ permission }], {
    credentials,
  });
  if (decision.result !== AuthorizeResult.ALLOW) {
    throw new Refusal(
      403,
      'portal_forbidden',
      `the portal's policy does not give you its permission ${permission.name}`,
    );
  }
}

function answerFor(
  error: unknown,
  logger: LoggerService,
  req: Request,
  res: Response,
): void {
  if (res.headersSent || res.destroyed) {
    res.destroy(); // what was begun cannot be ended well, and has to look like it
    return;
  }
  const refusal = refusalOf(error);
  if (refusal.status >= 500) {
    const cause = error instanceof Refusal ? error.cause ?? error : error;
    logger.warn('request not served', {
      method: req.method,
      code: refusal.code,
      error: textOf(cause),
    });
  }
  refuse(res, refusal);
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) {
    return error;
  }
  if (
    error instanceof AuthenticationError ||
    // The plugin of permissions looks at the person once more, and a session may have ended since.
    (error instanceof ResponseError && error.statusCode === 401)
  ) {
    return new Refusal(
      401,
      'portal_unauthenticated',
      'the portal does not know who you are; sign in again',
    );
  }
  if (error instanceof NotAllowedError) {
    return new Refusal(
      403,
      'portal_people_only',
      'this is for people, and for plugins that act for one',
    );
  }
  return new Refusal(
    500,
    'portal_failed',
    'something failed in the portal that should not have; its log has the details',
  );
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  return error.cause === undefined
    ? error.message
    : `${error.message}: ${textOf(error.cause)}`;
}
