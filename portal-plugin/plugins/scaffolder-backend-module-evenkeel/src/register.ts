import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { value, type Evenkeel } from '@evenkeel/client';

import { apiFor, keyOf, pageOf, type Portal } from './portal';
import { explained } from './refusal';
import { refuseTaken } from './taken';

const ACTION = 'evenkeel:service:register';

/** The action that registers a service, for who runs the template. */
export function createRegisterAction(portal: Portal) {
  return createTemplateAction({
    id: ACTION,
    description:
      'Registers a service in Evenkeel, where its team looks after its reliability.',
    supportsDryRun: true,
    examples: [
      {
        description: 'A service over HTTP of the team payments',
        example: `steps:
  - id: service
    name: Register it in Evenkeel
    action: ${ACTION}
    input:
      service: checkout
      name: Checkout
      team: payments
      kind: http
      tier: 1
      repository: https://github.com/shop/checkout
`,
      },
    ],
    schema: {
      input: {
        service: z =>
          z
            .string()
            .describe(
              'Its short name: lower-case letters, digits and hyphens, at most 63',
            ),
        name: z => z.string().describe('What people call it'),
        team: z => z.string().describe('Short name of the team that owns it'),
        kind: z =>
          z
            .enum(['http', 'grpc', 'pipeline', 'batch', 'stateful', 'llm'])
            .describe('What sort of service it is'),
        tier: z =>
          z.number().int().min(1).max(4).describe('1, the most critical, to 4'),
        description: z => z.string().optional(),
        system: z =>
          z
            .string()
            .optional()
            .describe('Short name of the system that it is a part of'),
        lifecycle: z =>
          z.enum(['experimental', 'production', 'deprecated']).optional(),
        repository: z => z.string().optional().describe('Its address'),
        docs: z => z.string().optional().describe('Their address'),
        dashboard: z => z.string().optional().describe('Its address'),
        runbook: z => z.string().optional().describe('Its address'),
        onCall: z =>
          z
            .string()
            .optional()
            .describe('Address or name of its on-call rotation'),
        contact: z => z.string().optional().describe('Where its team is asked'),
      },
      output: {
        id: z => z.string().describe('Identifier, which never changes'),
        service: z => z.string().describe('Its short name'),
        url: z => z.string().describe('Its page in the portal'),
      },
    },
    async handler(ctx) {
      const { service: slug, lifecycle = 'production', ...rest } = ctx.input;
      const api = await apiFor(portal, ctx);
      const url = pageOf(portal, 'services', slug);
      ctx.output('service', slug);
      ctx.output('url', url);
      if (ctx.isDryRun) {
        await explained(
          () => tryOut(api, slug, rest.team),
          `the service "${slug}"`,
        );
        ctx.logger.info(
          `Would register the service "${slug}" of the team "${rest.team}"; nothing was made`,
        );
        return;
      }
      const made = await explained(
        () =>
          value(
            api.POST('/v1/services', {
              params: {
                header: { 'Idempotency-Key': keyOf(ctx, ACTION, slug) },
              },
              body: { slug, lifecycle, ...rest },
              signal: ctx.signal,
            }),
          ),
        `the service "${slug}"`,
        { '/slug': 'service' },
      );
      ctx.output('id', made.id);
      ctx.logger.info(`Registered the service "${made.slug}": ${url}`);
    },
  });
}

/** Finds out what can be known before: whether the team is there, and the name is free. */
async function tryOut(api: Evenkeel, service: string, team: string) {
  await value(api.GET('/v1/teams/{team}', { params: { path: { team } } }));
  await refuseTaken(
    api.GET('/v1/services/{service}', { params: { path: { service } } }),
    `a service is called "${service}" already`,
  );
}
