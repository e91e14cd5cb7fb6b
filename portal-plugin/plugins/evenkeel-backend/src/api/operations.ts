import { apiOperations, type ApiOperation } from '@evenkeel/client';

/** What is asked for, once it is known to be an operation of the API. */
export type Asked =
  | { kind: 'let-through'; path: string }
  | { kind: 'unknown' }
  | { kind: 'method'; allow: string[] }
  | { kind: 'malformed' };

type Step = {
  literals: Map<string, Step>;
  parameter?: Step;
  methods: Set<string>;
};

// Keys to the API are made and revoked at the API itself, by whoever is signed in there: a portal
// that is taken over has none to give away.
const kept = (operation: ApiOperation) =>
  operation.showsSecret ||
  operation.path === '/v1/tokens' ||
  operation.path.startsWith('/v1/tokens/');

/** The operations of the API that are let through. */
export class Operations {
  readonly #root: Step = step();

  constructor(operations: readonly ApiOperation[] = apiOperations) {
    for (const operation of operations.filter(o => !kept(o))) {
      let at = this.#root;
      for (const part of operation.path.slice(1).split('/')) {
        at = part.startsWith('{')
          ? (at.parameter ??= step())
          : literal(at, part);
      }
      at.methods.add(operation.method);
      if (operation.method === 'GET') {
        at.methods.add('HEAD');
      }
    }
  }

  /**
   * Looks at a path as it stood in the request, without its query. What is let through is written
   * anew from its parts, so that the API sees the path that was looked at here.
   */
  find(method: string, rawPath: string): Asked {
    const parts = partsOf(rawPath);
    if (parts === undefined) {
      return { kind: 'malformed' };
    }
    const found = matching(this.#root, parts);
    if (found.length === 0) {
      return { kind: 'unknown' };
    }
    if (!found.some(at => at.methods.has(method))) {
      const allow = new Set(found.flatMap(at => [...at.methods]));
      return { kind: 'method', allow: [...allow].sort() };
    }
    return {
      kind: 'let-through',
      path: `/${parts.map(encodeURIComponent).join('/')}`,
    };
  }
}

function step(): Step {
  return { literals: new Map(), methods: new Set() };
}

function literal(at: Step, name: string): Step {
  const next = at.literals.get(name) ?? step();
  at.literals.set(name, next);
  return next;
}

// A literal is tried before a parameter, as the API does it; an operation that is kept has none.
function matching(root: Step, parts: string[]): Step[] {
  let now = [root];
  for (const part of parts) {
    now = now.flatMap(at => {
      const next = [at.literals.get(part), at.parameter];
      return next.filter(s => s !== undefined);
    });
  }
  return now.filter(at => at.methods.size > 0);
}

/** The decoded parts of a path; none where one of them could be taken for another path. */
function partsOf(rawPath: string): string[] | undefined {
  const parts: string[] = [];
  for (const raw of rawPath.slice(1).split('/')) {
    let part: string;
    try {
      part = decodeURIComponent(raw);
    } catch {
      return undefined;
    }
    // eslint-disable-next-line no-control-regex
    if (part === '' || /^\.{1,2}$|[/\\\u0000-\u001f\u007f]/.test(part)) {
      return undefined;
    }
    parts.push(part);
  }
  return parts;
}
