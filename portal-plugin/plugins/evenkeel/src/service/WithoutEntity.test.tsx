import type { Schemas } from '@evenkeel/client';
import { EvenkeelRoot } from '@evenkeel/plugin-evenkeel-react';
import { screen } from '@testing-library/react';

import { service } from '../slos/samples';
import { World, page, show } from '../testing';
import { WithoutEntity } from './WithoutEntity';
import { useCatalogTold } from './data';

const about = /No entity of the catalog is this service/;

const another: Schemas['CatalogEntity'] = {
  id: 'id-ledger',
  portal: 'https://portal.example.org',
  kind: 'component',
  ref: 'component:default/ledger',
  uid: 'uid-ledger',
  title: 'Ledger',
  state: 'linked',
  faults: [],
  firstSeenAt: '2026-11-01T00:00:00Z',
  seenAt: '2026-11-28T00:00:00Z',
  goneAt: null,
};

/** Says what was answered, so that what is not shown is not merely awaited. */
function Answered() {
  const { data } = useCatalogTold(true);
  return <p>{data === undefined ? 'asked' : 'answered'}</p>;
}

/** Shows it, once it was answered which entities there are. */
async function shown(
  of: Schemas['Service'],
  entities: Schemas['CatalogEntity'][],
) {
  show(
    <EvenkeelRoot>
      <WithoutEntity service={of} />
      <Answered />
    </EvenkeelRoot>,
    new World().on('get', '/v1/catalog/entities', page(...entities)),
  );
  await screen.findByText('answered');
}

it('shows the annotation that links an entity to a service without one', async () => {
  await shown(service, [another]);
  expect(screen.getByText(about)).toBeVisible();
  expect(screen.getByText(/evenkeel\.dev\/service: checkout/)).toBeVisible();
});

it('says nothing where no catalog tells of components', async () => {
  await shown(service, []);
  expect(screen.queryByText(about)).not.toBeInTheDocument();
});

it('says nothing of a service that an entity is', async () => {
  const { portal } = another;
  const entity = { ref: 'component:default/checkout', portal };
  await shown({ ...service, entity }, [another]);
  expect(screen.queryByText(about)).not.toBeInTheDocument();
});

it('says nothing of a service that is retired', async () => {
  const retiredAt = '2026-11-28T06:00:00Z';
  await shown({ ...service, retiredAt }, [another]);
  expect(screen.queryByText(about)).not.toBeInTheDocument();
});
