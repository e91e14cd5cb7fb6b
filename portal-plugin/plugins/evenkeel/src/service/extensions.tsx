import type { ExtensionDefinition } from '@backstage/frontend-plugin-api';

export const serviceExtensions: ExtensionDefinition[] = [];
