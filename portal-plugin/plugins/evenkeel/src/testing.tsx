// The house that tests of the pages are in; nothing of it is part of the plugin.
import {
  evenkeel,
  type Problem,
  type Schemas,
  type paths,
} from '@evenkeel/client';
import { evenkeelApiRef } from '@evenkeel/plugin-evenkeel-react';
// Only tests import this file.
// eslint-disable-next-line @backstage/no-undeclared-imports
import { mockApis, renderInTestApp } from '@backstage/frontend-test-utils';
// As above.
// eslint-disable-next-line @backstage/no-undeclared-imports
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { entityRouteRef } from '@backstage/plugin-catalog-react';
// As above: the portal's answers are kept in it beyond a test.
// eslint-disable-next-line @backstage/no-undeclared-imports
import { SWRConfig } from 'swr';

import {
  homeRouteRef,
  incidentsRouteRef,
  issuesRouteRef,
  organisationRouteRef,
  rootRouteRef,
  scorecardsRouteRef,
  servicesRouteRef,
  slosRouteRef,
  toilRouteRef,
} from './routes';

type Method = 'get' | 'put' | 'post' | 'delete';

/** The paths of the API that a method is there for. */
type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends { [K in M]: { responses: object } }
    ? P
    : never;
}[keyof paths];

type Json<R> = R extends { content: { 'application/json': infer B } }
  ? B
  : never;

/** What the API answers a request with where it takes it, as its document says. */
export type AnswerOf<M extends Method, P extends PathOf<M>> = paths[P] extends {
  [K in M]: { responses: infer R };
}
  ? {
      [S in keyof R]: S extends 200 | 201 | 202 ? Json<R[S]> : never;
    }[keyof R]
  : never;

/** A request that a page made. */
export type Asked = {
  method: string;
  /** With what stands in its places, without the query. */
  path: string;
  /** What stands in its places, such as the slug of a service. */
  names: Record<string, string>;
  query: URLSearchParams;
  /** What was sent; undefined where nothing was. */
  body: unknown;
  ifMatch: string | null;
};

/** A refusal of the API. */
export class Refusal {
  constructor(readonly problem: Problem) {}
}

/** A refusal of the API, to be given as an answer. */
export function refuse(
  status: number,
  code: string,
  more: Partial<Problem> = {},
): Refusal {
  return new Refusal({
    type: 'about:blank',
    title: code,
    status,
    code,
    detail: '',
    requestId: 'req-1',
    ...more,
  });
}

/** What a list answers that has one page. */
export function page<T>(...of: T[]): { items: T[] } {
  return { items: of };
}

type Act = Schemas['Act'];

/** That whoever is signed in may do all of these. */
export function may(...acts: Act['act'][]): Act[] {
  return acts.map(act => ({ act, allowed: true }));
}

/** That they may do none of these, and why. */
export function mayNot(
  code: string,
  reason: string,
  ...acts: Act['act'][]
): Act[] {
  return acts.map(act => ({ act, allowed: false, code, reason }));
}

type Route = {
  method: string;
  path: string;
  pattern: RegExp;
  places: string[];
  answer: (asked: Asked) => unknown;
};

/**
 * An API in memory that answers with literal bodies; they have the types of its document, so that
 * a changed API breaks the type check of a test. What no answer is given for is refused with 404.
 */
export class World {
  /** What was asked for, in order. */
  readonly asked: Asked[] = [];
  private routes: Route[] = [];

  /** Answers a path with a body, a refusal, or what a function makes of the request. */
  on<M extends Method, P extends PathOf<M>>(
    method: M,
    path: P,
    answer:
      | AnswerOf<M, P>
      | Refusal
      | ((asked: Asked) => AnswerOf<M, P> | Refusal | Promise<AnswerOf<M, P>>),
  ): this {
    const places: string[] = [];
    const pattern = new RegExp(
      `^${String(path).replace(/\{([^}]+)\}/g, (_, place: string) => {
        places.push(place);
        return '([^/]+)';
      })}$`,
    );
    this.routes = [
      {
        method: method.toUpperCase(),
        path: String(path),
        pattern,
        places,
        answer:
          typeof answer === 'function'
            ? (answer as (asked: Asked) => unknown)
            : () => answer,
      },
      ...this.routes.filter(
        r => r.method !== method.toUpperCase() || r.path !== path,
      ),
    ].sort((a, b) => a.places.length - b.places.length);
    return this;
  }

  /** What was sent by a method to a path, in order. */
  sent(method: Method, path: string): Asked[] {
    return this.asked.filter(
      a => a.method === method.toUpperCase() && a.path === path,
    );
  }

  /** Whoever is signed in, with the teams that they are in. */
  as(slug: string, teams: readonly string[] = [], administrator = false): this {
    return this.on('get', '/v1/me', {
      kind: 'person',
      administrator,
      name: slug,
      person: { id: `person-${slug}`, name: slug },
      scopes: [],
      teams: teams.map(of => ({ id: `team-${of}`, slug: of, name: of })),
    });
  }

  /** The API that pages ask. */
  api() {
    return evenkeel({
      baseUrl: 'http://evenkeel.test',
      retry: { attempts: 1 },
      fetch: request => this.answer(request),
    });
  }

  private async answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const text = await request.text();
    const json = (request.headers.get('Content-Type') ?? '').includes('json');
    const asked: Asked = {
      method: request.method,
      path: url.pathname,
      names: {},
      query: url.searchParams,
      body: text && json ? JSON.parse(text) : text || undefined,
      ifMatch: request.headers.get('If-Match'),
    };
    this.asked.push(asked);
    for (const route of this.routes) {
      const found =
        route.method === request.method && route.pattern.exec(url.pathname);
      if (found) {
        asked.names = Object.fromEntries(
          route.places.map((name, at) => [
            name,
            decodeURIComponent(found[at + 1]),
          ]),
        );
        return respond(await route.answer(asked));
      }
    }
    return respond(
      refuse(404, 'not_found', {
        detail: `nothing here answers ${request.method} ${url.pathname}`,
      }),
    );
  }
}

function respond(answer: unknown): Response {
  if (answer instanceof Refusal) {
    return new Response(JSON.stringify(answer.problem), {
      status: answer.problem.status,
      headers: { 'Content-Type': 'application/problem+json' },
    });
  }
  if (typeof answer === 'string') {
    return new Response(answer, {
      headers: { 'Content-Type': 'application/yaml' },
    });
  }
  const version = (answer as { version?: number } | undefined)?.version;
  return new Response(answer === undefined ? null : JSON.stringify(answer), {
    status: answer === undefined ? 204 : 200,
    headers: {
      'Content-Type': 'application/json',
      ...(version === undefined ? {} : { ETag: `"${version}"` }),
    },
  });
}

/**
 * Shows an element in an app whose API is the world.
 *
 * @param options - `mount` is where the sub-page stands, such as "/evenkeel/slos", and `at` the
 *   address that is looked at, there or below; `denied` has the portal give no permission
 */
export function show(
  element: JSX.Element,
  world: World,
  options: { mount?: string; at?: string; denied?: boolean } = {},
) {
  const { mount = '/evenkeel', at = mount, denied = false } = options;
  const alone = (
    <SWRConfig value={{ provider: () => new Map() }}>{element}</SWRConfig>
  );
  return renderInTestApp(alone, {
    mountPath: mount,
    initialRouteEntries: [at],
    mountedRoutes: {
      '/evenkeel': rootRouteRef,
      '/evenkeel/home': homeRouteRef,
      '/evenkeel/slos': slosRouteRef,
      '/evenkeel/scorecards': scorecardsRouteRef,
      '/evenkeel/toil': toilRouteRef,
      '/evenkeel/incidents': incidentsRouteRef,
      '/evenkeel/organisation': organisationRouteRef,
      '/evenkeel/issues': issuesRouteRef,
      '/evenkeel/services': servicesRouteRef,
      '/catalog/:namespace/:kind/:name': entityRouteRef,
    },
    apis: [
      [evenkeelApiRef, world.api()],
      mockApis.identity(),
      mockApis.permission({
        authorize: denied ? AuthorizeResult.DENY : AuthorizeResult.ALLOW,
      }),
    ],
  });
}
