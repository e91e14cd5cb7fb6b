import { screen } from '@testing-library/react';

import { service } from '../slos/samples';
import { World, show } from '../testing';
import { WithoutEntity } from './WithoutEntity';

const about = /No entity of the catalog is this service/;

it('shows the annotation that links an entity to a service without one', async () => {
  show(<WithoutEntity service={service} />, new World());
  expect(await screen.findByText(about)).toBeVisible();
  expect(screen.getByText(/evenkeel\.dev\/service: checkout/)).toBeVisible();
});

it.each([
  [
    'an entity is',
    { entity: { ref: 'component:default/checkout', portal: 'https://p' } },
  ],
  ['is retired', { retiredAt: '2026-11-28T06:00:00Z' }],
])('says nothing of a service that %s', async (_, changed) => {
  show(
    <>
      <h1>Services</h1>
      <WithoutEntity service={{ ...service, ...changed }} />
    </>,
    new World(),
  );
  await screen.findByRole('heading', { name: 'Services' });
  expect(screen.queryByText(about)).not.toBeInTheDocument();
});
