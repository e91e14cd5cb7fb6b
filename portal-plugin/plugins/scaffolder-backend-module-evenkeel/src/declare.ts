import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { value, type Schemas } from '@evenkeel/client';

import { apiFor, keyOf, pageOf, type Portal } from './portal';
import { explained } from './refusal';
import { refuseTaken } from './taken';

const ACTION = 'evenkeel:slo:declare';

/** The action that declares an SLO of a service, for who runs the template. */
export function createDeclareAction(portal: Portal) {
  return createTemplateAction({
    id: ACTION,
    description: 'Declares an SLO of a service in Evenkeel.',
    supportsDryRun: true,
    examples: [
      {
        description: 'Availability, of which a reporter pushes the events',
        example: `steps:
  - id: availability
    name: Promise that it answers
    action: ${ACTION}
    input:
      service: checkout
      slo: availability
      name: Orders can be paid
      category: availability
      objective: 99.9%
`,
      },
      {
        description: 'Availability, read from Prometheus',
        example: `steps:
  - id: availability
    action: ${ACTION}
    input:
      service: checkout
      slo: availability
      name: Orders can be paid
      category: availability
      objective: 99.9%
      source:
        dataSource: prometheus-eu
        ratio:
          good: sum(rate(http_requests_total{job="checkout",code!~"5.."}[$window]))
          total: sum(rate(http_requests_total{job="checkout"}[$window]))
`,
      },
    ],
    schema: {
      input: {
        service: z => z.string().describe('Short name of the service'),
        slo: z =>
          z
            .string()
            .describe(
              'Its short name: lower-case letters, digits and hyphens, at most 63',
            ),
        name: z => z.string().describe('What it promises, in a few words'),
        category: z =>
          z
            .enum([
              ...['availability', 'latency', 'freshness', 'correctness'],
              ...['coverage', 'durability', 'throughput', 'saturation'],
            ] as [Category, ...Category[]])
            .describe('What is measured'),
        objective: z =>
          z
            .string()
            .optional()
            .describe(
              'A percentage, such as 99.9%; that of the category when left out',
            ),
        windowDays: z =>
          z
            .number()
            .int()
            .min(1)
            .max(90)
            .optional()
            .describe('Length of the window; 28 when left out'),
        goodEvent: z => z.string().optional().describe('What a good event is'),
        rationale: z => z.string().optional().describe('Why this objective'),
        resolutionSeconds: z =>
          z
            .union([z.literal(60), z.literal(300)])
            .optional()
            .describe('Length of a slot; 60 when left out'),
        source: z =>
          z
            .record(z.unknown())
            .optional()
            .describe(
              'Where the measurements come from, as the API takes it; reporters push them when left out',
            ),
      },
      output: {
        id: z => z.string().describe('Identifier, which never changes'),
        service: z => z.string().describe('Short name of the service'),
        slo: z => z.string().describe('Its short name'),
        url: z => z.string().describe('Its page in the portal'),
      },
    },
    async handler(ctx) {
      const { service, slo, source, ...rest } = ctx.input;
      const api = await apiFor(portal, ctx);
      const url = pageOf(portal, 'slos', service, slo);
      ctx.output('service', service);
      ctx.output('slo', slo);
      ctx.output('url', url);
      if (ctx.isDryRun) {
        // The service may be what a step before would make: that it is not there says nothing.
        await explained(
          () =>
            refuseTaken(
              api.GET('/v1/services/{service}/slos/{slo}', {
                params: { path: { service, slo } },
              }),
              `an SLO of "${service}" is called "${slo}" already`,
            ),
          `the SLO "${slo}" of "${service}"`,
        );
        ctx.logger.info(
          `Would declare the SLO "${slo}" of the service "${service}"; nothing was made`,
        );
        return;
      }
      const made = await explained(
        () =>
          value(
            api.POST('/v1/services/{service}/slos', {
              params: {
                path: { service },
                header: {
                  'Idempotency-Key': keyOf(ctx, ACTION, service, slo),
                },
              },
              body: {
                slug: slo,
                name: rest.name,
                objective: rest.objective,
                windowDays: rest.windowDays,
                rationale: rest.rationale,
                enforcement: 'policy',
                minEvents: 1,
                indicator: {
                  category: rest.category,
                  counting: 'good_total',
                  description: rest.goodEvent,
                  resolutionSeconds: rest.resolutionSeconds ?? 60,
                  // The API checks it, and says what is wrong of it.
                  ...(source ? { source: source as Source } : {}),
                },
              },
              signal: ctx.signal,
            }),
          ),
        `the SLO "${slo}" of "${service}"`,
        {
          '/slug': 'slo',
          '/indicator': '',
          '/indicator/category': 'category',
          '/indicator/description': 'goodEvent',
          '/indicator/resolutionSeconds': 'resolutionSeconds',
          '/indicator/source': 'source',
        },
      );
      ctx.output('id', made.id);
      ctx.logger.info(`Declared the SLO "${made.slug}": ${url}`);
    },
  });
}

type Category = Schemas['IndicatorInput']['category'];
type Source = NonNullable<Schemas['IndicatorInput']['source']>;
