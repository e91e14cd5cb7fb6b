// Writes src/operations.gen.ts: the API's operations, for programs that let some of them through.
import { readFileSync, writeFileSync } from 'node:fs';

import { parse } from 'yaml';

const { paths, components } = parse(
  readFileSync(
    new URL('../../../openapi/openapi.yaml', import.meta.url),
    'utf8',
  ),
);

// A text of the format "password" is a secret, which is shown once.
function showsSecret(schema, seen = new Set()) {
  if (typeof schema !== 'object' || schema === null || seen.has(schema)) {
    return false;
  }
  seen.add(schema);
  if (schema.$ref) {
    return showsSecret(components.schemas[schema.$ref.split('/').at(-1)], seen);
  }
  return (
    schema.format === 'password' ||
    Object.values(schema).some(part => showsSecret(part, seen))
  );
}

function answersWithSecret(operation) {
  return Object.entries(operation.responses).some(
    ([status, response]) =>
      status.startsWith('2') &&
      Object.values(response.content ?? {}).some(({ schema }) =>
        showsSecret(schema),
      ),
  );
}

const lines = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(
    ([method, operation]) =>
      `  { method: '${method.toUpperCase()}', path: '${path}', showsSecret: ${answersWithSecret(
        operation,
      )} },\n`,
  ),
);
writeFileSync(
  new URL('src/operations.gen.ts', import.meta.url),
  `// Made from openapi/openapi.yaml by \`yarn generate\`; not to be edited.

/** An operation of the API. */
export type ApiOperation = {
  /** The method of HTTP, in capitals. */
  method: string;
  /** With parameters in braces, such as "/v1/services/{service}". */
  path: string;
  /** Whether its answer holds a secret, which is shown this once. */
  showsSecret: boolean;
};

/** All operations of the API. */
export const apiOperations: readonly ApiOperation[] = [
${lines.join('')}];
`,
);
