/** @jest-environment node */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import {
  templateEntityV1beta3Validator,
  type TemplateEntityV1beta3,
} from '@backstage/plugin-scaffolder-common';
import { createMockActionContext } from '@backstage/plugin-scaffolder-node-test-utils';
import type { JsonObject } from '@backstage/types';
import { evenkeel, value } from '@evenkeel/client';
import { startProgram, type Program } from 'trial/program';
import { parse } from 'yaml';

import { createDeclareAction } from './declare';
import type { Portal } from './portal';
import { createRegisterAction } from './register';

const guide = '../../../../docs/how-to/begin-services-with-a-template.md';
const places = { 'the README': '../README.md', 'the guide': guide };

let program: Program;
let portal: Portal;

beforeAll(async () => {
  program = await startProgram();
  // In place of the backend, which hands the person on: the administrator asks it directly.
  portal = {
    address: 'https://portal.example',
    auth: mockServices.auth.mock({
      getPluginRequestToken: async () => ({ token: program.token }),
    }),
    discovery: mockServices.discovery.mock({
      getBaseUrl: async () => program.url,
    }),
  };
}, 60_000);
afterAll(() => program?.stop());

/** The template that stands in a text. */
async function templateIn(path: string): Promise<TemplateEntityV1beta3> {
  const text = await readFile(join(__dirname, path), 'utf8');
  const [, yaml] =
    /```yaml\n(apiVersion: scaffolder[\s\S]*?)\n```/.exec(text) ?? [];
  const entity = parse(yaml);
  expect(await templateEntityV1beta3Validator.check(entity)).toBe(true);
  return entity;
}

/** Fills in what a text names in `${{ }}`, as the scaffolder does for plain names. */
function filled(of: unknown, from: object): unknown {
  if (typeof of === 'string') {
    const at = (name: string): unknown =>
      name.split('.').reduce<unknown>((found, part) => {
        expect(found).toHaveProperty(part);
        return (found as Record<string, unknown>)[part];
      }, from);
    const whole = /^\$\{\{ ([\w.]+) \}\}$/.exec(of);
    return whole
      ? at(whole[1])
      : of.replace(/\$\{\{ ([\w.]+) \}\}/g, (_, name) => String(at(name)));
  }
  return of && typeof of === 'object'
    ? Object.fromEntries(
        Object.entries(of).map(([key, one]) => [key, filled(one, from)]),
      )
    : of;
}

function linksOf(output: JsonObject = {}): JsonObject[] {
  return output.links as JsonObject[];
}

it.each(Object.entries(places))(
  'the template of %s is one, and does what it says',
  async (where, path) => {
    const template = await templateIn(path);
    const service = `of-${where.replace(/\W+/g, '-').toLowerCase()}`;
    const parameters = {
      ...{ name: service, title: 'Till', team: 'platform', tier: 2 },
      objective: '99.5%',
    };
    const asked = [template.spec.parameters ?? []].flat();
    const names = asked.flatMap(step => Object.keys(step.properties ?? {}));
    expect(Object.keys(parameters)).toEqual(expect.arrayContaining(names));

    const actions = new Map(
      [createRegisterAction(portal), createDeclareAction(portal)].map(
        action => [action.id, action] as const,
      ),
    );
    const steps: Record<string, { output: JsonObject }> = {};
    for (const step of template.spec.steps) {
      const action = actions.get(step.action);
      if (!action) {
        // Of others: what it puts out for the links is made up.
        if (step.action.startsWith('evenkeel:')) {
          throw new Error(`there is no action ${step.action}`);
        }
        steps[step.id ?? ''] = { output: { entityRef: 'component:default/x' } };
        continue;
      }
      const input = filled(step.input, { parameters, steps }) as JsonObject;
      const { properties = {}, required = [] } = action.schema?.input ?? {};
      expect(Object.keys(properties)).toEqual(
        expect.arrayContaining(Object.keys(input)),
      );
      expect(Object.keys(input)).toEqual(
        expect.arrayContaining(required as string[]),
      );
      const output: JsonObject = {};
      await action.handler({
        ...createMockActionContext({ input, task: { id: service } }),
        getInitiatorCredentials: async () =>
          mockCredentials.user('user:default/ada'),
        output: (name: string, put: unknown) => {
          output[name] = put as string;
        },
        step: { id: step.id },
      } as never);
      steps[step.id ?? ''] = { output };
    }

    const links = filled(
      Object.fromEntries(
        linksOf(template.spec.output)
          .filter(link => link.url !== undefined)
          .map(link => [link.title, link.url]),
      ),
      { parameters, steps },
    ) as Record<string, string>;
    expect(links['Its page in Evenkeel']).toBe(
      `https://portal.example/evenkeel/services/${service}`,
    );
    const api = evenkeel({ baseUrl: program.url, token: program.token });
    const slo = await value(
      api.GET('/v1/services/{service}/slos/{slo}', {
        params: { path: { service, slo: 'availability' } },
      }),
    );
    expect(slo.objective).toBe('99.5%');
    expect(links['Its SLO']).toBe(
      `https://portal.example/evenkeel/slos/${service}/availability`,
    );
  },
);
