import type { Entity } from '@backstage/catalog-model';

import { AnnotationProcessor } from './processor';

function component(annotations: Record<string, string>): Entity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: { name: 'checkout', annotations },
  };
}

const processor = new AnnotationProcessor();

it('leaves an entity as it is whose annotations are right', async () => {
  const entity = component({
    'evenkeel.dev/service': 'checkout',
    'evenkeel.dev/tier': '1',
    'evenkeel.dev/kind': 'llm',
    other: 'anything',
  });
  const before = structuredClone(entity);
  await expect(processor.postProcessEntity(entity)).resolves.toBe(entity);
  expect(entity).toEqual(before);
  const plain = component({});
  await expect(processor.postProcessEntity(plain)).resolves.toBe(plain);
});

it.each([
  ['evenkeel.dev/tier', 'gold', '"1", the most critical'],
  ['evenkeel.dev/tier', '0', '"1", the most critical'],
  ['evenkeel.dev/kind', 'HTTP', '"http", "grpc", "pipeline"'],
  ['evenkeel.dev/service', 'Checkout_1', 'lower-case letters'],
  ['evenkeel.dev/service', '-', 'lower-case letters'],
])(
  'refuses %s: %s, and says what would be right',
  async (name, value, right) => {
    const refused = processor.postProcessEntity(component({ [name]: value }));
    await expect(refused).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringContaining(`${name} is "${value}"`),
    });
    await expect(refused).rejects.toThrow(right);
  },
);

it('tells all that is wrong at once', async () => {
  await expect(
    processor.postProcessEntity(
      component({ 'evenkeel.dev/tier': '9', 'evenkeel.dev/kind': 'x' }),
    ),
  ).rejects.toThrow(/tier is "9".*; .*kind is "x"/);
});
