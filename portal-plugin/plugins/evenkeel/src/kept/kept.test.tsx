import type { Schemas } from '@evenkeel/client';
import { EvenkeelRoot } from '@evenkeel/plugin-evenkeel-react';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { ScorecardsPage } from '../scorecards/ScorecardsPage';
import { card, ref } from '../scorecards/testing';
import { Managed } from '../service/Managed';
import { EditPage } from '../slos/EditPage';
import { SLOsPage } from '../slos/SLOsPage';
import { history, kind, service, slo, status } from '../slos/samples';
import { World, page, refuse, show } from '../testing';
import { Drift } from './Drift';
import { plain } from './field';

const mount = '/evenkeel/slos';
const at = `${mount}/checkout/availability`;
const one = '/v1/services/{service}/slos/{slo}' as const;

const kept: Schemas['SLO'] = { ...slo, manager: 'set:payments', version: 4 };

const manifest: Schemas['ManifestItem'] = {
  id: 'id-manifest',
  kind: 'SLO',
  name: 'checkout/availability',
  resourceId: slo.id,
  path: 'slos/checkout.yaml',
  appliedAt: '2026-11-20T00:00:00Z',
  set: {
    id: 'id-set',
    slug: 'payments',
    team: ref('payments'),
    source: 'https://git.example.org/reliability',
  },
};

function drifted(
  drift: Omit<Schemas['ManifestDrift'], 'seenAt'>,
  more: Partial<Schemas['ManifestItem']> = {},
): Schemas['ManifestItem'] {
  return {
    ...manifest,
    drift: { ...drift, seenAt: '2026-11-28T06:00:00Z' },
    ...more,
  };
}

function world(): World {
  return new World()
    .as('ada', ['payments'])
    .on('get', '/v1/manifest-items', page(manifest))
    .on('get', '/v1/teams', page())
    .on('get', '/v1/data-sources', page())
    .on('get', '/v1/slo-kinds', page(kind))
    .on('get', '/v1/services/{service}', service)
    .on('get', one, kept)
    .on('get', `${one}/status`, status)
    .on('get', `${one}/history`, history)
    .on('get', `${one}/alerts`, page())
    .on('get', `${one}/corrections`, page())
    .on('get', `${one}/revisions`, page())
    .on('get', '/v1/proposals', page())
    .on('get', '/v1/incidents', page())
    .on('get', '/v1/services/{service}/changes', page())
    .on('post', '/v1/services/{service}/slo-previews', {
      service: slo.service,
      objective: '99.9%',
      basis: 'none',
      reason: { code: 'not_measured', message: 'Nothing was counted yet.' },
      warnings: [],
    });
}

describe('an SLO that a set keeps', () => {
  it('says which and where, and cannot be edited or retired', async () => {
    const asked = world();
    show(<SLOsPage />, asked, { mount, at });
    expect(
      await screen.findByText(/It is changed in slos\/checkout\.yaml/),
    ).toBeInTheDocument();
    expect(
      screen.getByRole('link', { name: /git\.example\.org\/reliability/ }),
    ).toHaveAttribute('href', 'https://git.example.org/reliability');
    const edit = screen.getByRole('button', { name: 'Edit' });
    expect(edit).toBeDisabled();
    expect(edit).toHaveAccessibleDescription('Kept by the set payments');
    expect(screen.getByRole('button', { name: 'Retire' })).toBeDisabled();
    const [sent] = asked.sent('get', '/v1/manifest-items');
    expect(Object.fromEntries(sent.query)).toEqual({
      kind: 'SLO',
      resource: slo.id,
      limit: '1',
    });
  });

  it('is told of to who may not edit it, too: nobody may', async () => {
    show(<SLOsPage />, world().as('grace', ['search']), { mount, at });
    const edit = await screen.findByRole('button', { name: 'Edit' });
    await waitFor(() =>
      expect(edit).toHaveAccessibleDescription('Kept by the set payments'),
    );
  });

  it('has no form', async () => {
    show(<SLOsPage />, world(), { mount, at: `${at}/edit` });
    expect(
      await screen.findByRole('heading', { name: 'Kept by the set payments' }),
    ).toBeInTheDocument();
    expect(screen.queryByRole('textbox')).not.toBeInTheDocument();
  });

  it('leaves what was typed before it was kept, and says why it is refused', async () => {
    const taken = world().on('get', one, slo);
    show(
      <EvenkeelRoot>
        <EditPage service="checkout" slo="availability" />
      </EvenkeelRoot>,
      taken,
      { mount },
    );
    const name = await screen.findByRole('textbox', { name: 'Name' });
    await userEvent.clear(name);
    await userEvent.type(name, 'Mine');
    taken.on('get', one, kept).on(
      'put',
      one,
      refuse(409, 'field_managed', {
        errors: [
          {
            pointer: '',
            message: 'the SLO is managed by the set of manifests payments',
          },
        ],
      }),
    );
    await userEvent.click(screen.getByRole('button', { name: 'Save SLO' }));
    // The words of the API, without a pointer to no field before them.
    expect(
      await screen.findByText(
        'the SLO is managed by the set of manifests payments',
      ),
    ).toBeInTheDocument();
    expect(
      await screen.findByText(/It came to be kept there after you began/),
    ).toBeInTheDocument();
    expect(name).toHaveValue('Mine');
  });

  it('is told of as a newer version where nothing else changed, without changes', async () => {
    const taken = world().on('get', one, slo);
    show(
      <EvenkeelRoot>
        <EditPage service="checkout" slo="availability" />
      </EvenkeelRoot>,
      taken,
      { mount },
    );
    const name = await screen.findByRole('textbox', { name: 'Name' });
    await userEvent.type(name, '!');
    taken
      .on('get', one, kept)
      .on(
        'put',
        one,
        refuse(412, 'version_mismatch', { detail: 'It is newer by now.' }),
      );
    await userEvent.click(screen.getByRole('button', { name: 'Save SLO' }));
    await screen.findByText(/It came to be kept there after you began/);
    const alert = screen.getByRole('alert');
    await waitFor(() => expect(alert).toHaveTextContent('It is newer by now.'));
    expect(alert).not.toHaveTextContent('What they changed');
  });

  it('is retired by nobody who began to before, and their reason stays', async () => {
    const taken = world().on('get', one, slo);
    show(<SLOsPage />, taken, { mount, at });
    const retire = await screen.findByRole('button', { name: 'Retire' });
    await waitFor(() => expect(retire).toBeEnabled());
    await userEvent.click(retire);
    const dialog = await screen.findByRole('dialog');
    const reason = within(dialog).getByRole('textbox', { name: 'Reason' });
    await userEvent.type(reason, 'It moved.');
    taken.on('get', one, kept).on(
      'post',
      `${one}/retire`,
      refuse(409, 'field_managed', {
        errors: [{ pointer: '', message: 'the SLO is managed elsewhere' }],
      }),
    );
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Retire' }),
    );
    expect(
      await within(dialog).findByText('the SLO is managed elsewhere'),
    ).toBeInTheDocument();
    expect(reason).toHaveValue('It moved.');
  });

  it('has no revision of before approved, and a correction of it is', async () => {
    const proposal: Schemas['Proposal'] = {
      id: 'id-revision',
      act: 'slo_revision',
      state: 'open',
      service: slo.service,
      version: 3,
      summary: 'the objective falls',
      document: {},
      reason: 'Nobody noticed.',
      personId: 'person-bob',
      proposedBy: 'Bob',
      createdAt: '2026-11-27T00:00:00Z',
      expiresAt: '2026-12-11T00:00:00Z',
      decidedAt: null,
      decidedBy: '',
      decidedFor: '',
      madeId: '',
    };
    const correction: Schemas['Proposal'] = {
      ...proposal,
      id: 'id-correction',
      act: 'correction',
      summary: 'an hour is left out',
    };
    show(
      <SLOsPage />,
      world().on('get', '/v1/proposals', page(proposal, correction)),
      { mount, at },
    );
    const list = await screen.findByRole('list', {
      name: 'Proposals to approve',
    });
    const [revision, other] = within(list).getAllByRole('listitem');
    const approve = (of: HTMLElement) =>
      within(of).getByRole('button', { name: 'Approve' });
    await waitFor(() => expect(approve(other)).toBeEnabled());
    expect(approve(revision)).toBeDisabled();
    expect(approve(revision)).toHaveAccessibleDescription(
      'Kept by the set payments',
    );
  });
});

it('says of a campaign that a set keeps it, and lets nobody change or end it', async () => {
  const campaign: Schemas['Campaign'] = {
    id: 'id-campaign',
    name: 'Runbooks',
    why: 'Whoever is on call reads them.',
    scorecard: ref('readiness'),
    team: ref('payments'),
    checks: [],
    appliesTo: '',
    startsOn: '2026-11-01',
    dueOn: '2026-12-01',
    graceDays: 0,
    issues: false,
    state: 'running',
    daysLeft: 3,
    createdAt: '2026-11-01T00:00:00Z',
    createdBy: 'ada',
    updatedAt: '2026-11-01T00:00:00Z',
    manager: 'set:payments',
    version: 1,
  };
  show(
    <ScorecardsPage />,
    world().on('get', '/v1/campaigns/{campaign}', campaign),
    {
      mount: '/evenkeel/scorecards',
      at: '/evenkeel/scorecards/campaigns/id-campaign',
    },
  );
  const edit = await screen.findByRole('button', { name: 'Change it' });
  await waitFor(() =>
    expect(edit).toHaveAccessibleDescription('Kept by the set payments'),
  );
  expect(edit).toBeDisabled();
  expect(screen.getByRole('button', { name: 'End it early' })).toBeDisabled();
});

it('says of a scorecard in a line that a set keeps it', async () => {
  show(
    <ScorecardsPage />,
    world()
      .on('get', '/v1/scorecards', page(card))
      .on('get', '/v1/scorecards/{scorecard}', {
        ...card,
        manager: 'set:payments',
      })
      .on('get', '/v1/scorecards/{scorecard}/services', page())
      .on(
        'get',
        '/v1/manifest-items',
        page({ ...manifest, kind: 'Scorecard' as const, resourceId: card.id }),
      ),
    {
      mount: '/evenkeel/scorecards',
      at: '/evenkeel/scorecards/readiness',
    },
  );
  expect(
    await screen.findByText(
      /Kept by the set of manifests payments\. It is changed in slos\/checkout\.yaml/,
    ),
  ).toBeInTheDocument();
});

it('says of a service which fields the catalog keeps, and which a set', async () => {
  const both: Schemas['Service'] = {
    ...service,
    managed: [
      { field: 'name', manager: 'catalog' },
      { field: 'onCall', manager: 'set:payments' },
      { field: 'tier', manager: 'set:payments' },
    ],
  };
  const of = {
    ...manifest,
    kind: 'Service' as const,
    name: 'checkout',
    resourceId: service.id,
    path: 'checkout.yaml',
  };
  show(
    <EvenkeelRoot>
      <Managed service={both} />
    </EvenkeelRoot>,
    world().on('get', '/v1/manifest-items', page(of)),
  );
  expect(
    await screen.findByText(/Kept in the catalog of the portal.*: name\./),
  ).toBeInTheDocument();
  expect(
    await screen.findByText(
      /Kept by the set of manifests payments: on call, tier\. It is changed in checkout\.yaml, and applied again\. The files are at/,
    ),
  ).toBeInTheDocument();
});

describe('what drifted', () => {
  const drift = (...items: Schemas['ManifestItem'][]) => {
    const asked = world().on('get', '/v1/manifest-items', page(...items));
    show(
      <EvenkeelRoot>
        <Drift of={{ service: 'checkout' }} />
      </EvenkeelRoot>,
      asked,
    );
    return asked;
  };
  const objective = drifted({
    action: 'update',
    fields: [
      { name: '/objective', before: '99%', after: '99.9%' },
      { name: '/rationale', before: null, after: 'x'.repeat(200) },
    ],
  });

  it('is told with what is and what should be, by one request', async () => {
    const asked = drift(
      objective,
      drifted({ action: 'restore', fields: [] }, { id: '2', name: 'a/b' }),
    );
    expect(
      await screen.findByText('2 things differ from what their manifests say'),
    ).toBeInTheDocument();
    const [first, second] = screen.getAllByRole('listitem');
    expect(first).toHaveTextContent(
      /^SLO checkout\/availability: objective is 99% instead of 99\.9%, rationale differsslos\/checkout\.yaml of the set payments · seen first/,
    );
    expect(second).toHaveTextContent(/It was retired/);
    expect(
      screen.getByRole('link', { name: 'checkout/availability' }),
    ).toHaveAttribute('href', at);
    const sent = asked.sent('get', '/v1/manifest-items');
    expect(sent).toHaveLength(1);
    expect(Object.fromEntries(sent[0].query)).toEqual({
      service: 'checkout',
      drifted: 'true',
      limit: '6',
    });
  });

  it('shows five of many, and says that there are more', async () => {
    drift(
      ...Array.from({ length: 6 }, (_, n) => ({ ...objective, id: `${n}` })),
    );
    expect(
      await screen.findByText(
        'More than 5 things differ from what their manifests say',
      ),
    ).toBeInTheDocument();
    expect(screen.getAllByRole('listitem')).toHaveLength(5);
  });

  it('says who released something, and why', async () => {
    drift(
      drifted(
        { action: 'keep', fields: [] },
        {
          released: {
            at: '2026-11-28T05:00:00Z',
            by: 'ada',
            reason: 'It pages.',
          },
        },
      ),
    );
    expect(
      await screen.findByText(/released by ada: It pages\./),
    ).toBeInTheDocument();
  });

  it('is not spoken of where there is none', async () => {
    const asked = drift();
    await waitFor(() =>
      expect(asked.sent('get', '/v1/manifest-items')).toHaveLength(1),
    );
    expect(screen.queryByText(/manifest/)).not.toBeInTheDocument();
  });
});

it('puts into a line what fits there', () => {
  expect(['99%', 5, false].map(plain)).toEqual(['99%', '5', 'false']);
  for (const long of ['x'.repeat(49), 'two\nlines', '', { a: 1 }, [1], null]) {
    expect(plain(long)).toBeUndefined();
  }
});
