import type { Schemas } from '@evenkeel/client';
import { EvenkeelRoot } from '@evenkeel/plugin-evenkeel-react';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';

import { World, page, refuse, show } from '../testing';
import { EditPage } from './EditPage';
import { SLOsPage } from './SLOsPage';
import {
  explanation,
  history,
  kind,
  service,
  slo,
  status,
  unmeasured,
} from './samples';

const mount = '/evenkeel/slos';
const one = '/v1/services/{service}/slos/{slo}' as const;

function world(): World {
  return new World()
    .as('ada', ['payments'])
    .on('get', '/v1/slo-statuses', page(status))
    .on('get', '/v1/teams', page())
    .on('get', '/v1/composites', page())
    .on('get', '/v1/data-sources', page())
    .on('get', '/v1/slo-kinds', page(kind))
    .on('get', '/v1/services/{service}', service)
    .on('get', one, slo)
    .on('get', `${one}/status`, status)
    .on('get', `${one}/history`, history)
    .on('get', `${one}/explain`, explanation)
    .on('get', `${one}/alerts`, page())
    .on('get', `${one}/corrections`, page())
    .on('get', `${one}/revisions`, page())
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

describe('the list of SLOs', () => {
  it('shows the budget that is left, below zero too, and a word for the state', async () => {
    show(<SLOsPage />, world(), { mount });
    const row = await screen.findByRole('row', { name: /Orders can be paid/ });
    expect(await within(row).findByText('-50 %')).toBeInTheDocument();
    expect(within(row).getByText('Exhausted')).toBeInTheDocument();
    expect(
      within(row).getByRole('link', { name: 'Orders can be paid' }),
    ).toHaveAttribute('href', '/evenkeel/slos/checkout/availability');
  });

  it('says unknown, and no percentage, where nothing was measured', async () => {
    const empty = world().on('get', '/v1/slo-statuses', page(unmeasured));
    show(<SLOsPage />, empty, { mount });
    const row = await screen.findByRole('row', { name: /Orders can be paid/ });
    // Its SLI, what is left of its budget, and how fast that burns.
    expect(await within(row).findAllByText('unknown')).toHaveLength(3);
    expect(within(row).queryByText('0 %')).not.toBeInTheDocument();
  });

  it('asks for what the address says', async () => {
    const asked = world();
    show(<SLOsPage />, asked, {
      mount,
      at: `${mount}?state=at_risk&team=search&query=paid`,
    });
    await screen.findByRole('row', { name: /Orders can be paid/ });
    const { query } = asked.sent('get', '/v1/slo-statuses')[0];
    expect(Object.fromEntries(query)).toMatchObject({
      state: 'at_risk',
      team: 'search',
      query: 'paid',
      order: 'remaining',
    });
  });

  it('says what to do where there is none', async () => {
    show(<SLOsPage />, world().on('get', '/v1/slo-statuses', page()), {
      mount,
    });
    expect(
      await screen.findByRole('heading', { name: 'No SLO yet' }),
    ).toBeInTheDocument();
  });

  it('says why it may not be seen', async () => {
    const refused = refuse(403, 'forbidden', { detail: 'Ask your portal.' });
    show(<SLOsPage />, world().on('get', '/v1/slo-statuses', refused), {
      mount,
    });
    expect(await screen.findByText('Ask your portal.')).toBeInTheDocument();
  });
});

describe('the page of an SLO', () => {
  const at = `${mount}/checkout/availability`;

  it('explains the figure that was asked about', async () => {
    show(<SLOsPage />, world(), { mount, at });
    await userEvent.click(
      await screen.findByRole('button', {
        name: 'How Budget left comes about',
      }),
    );
    const dialog = await screen.findByRole('dialog');
    expect(
      await within(dialog).findByText('1 − 1500 ÷ 1000 = -50 %'),
    ).toBeInTheDocument();
    expect(within(dialog).getByText(/998,500 good of 1,000,000/)).toBeVisible();
  });

  it('draws the burn-down, and has it as a table', async () => {
    show(<SLOsPage />, world(), { mount, at });
    expect(
      await screen.findByText(/-50 % is left; the least was -50 % on/),
    ).toBeInTheDocument();
    const figure = screen.getByRole('figure', {
      name: 'Budget of Orders can be paid',
    });
    await userEvent.click(
      within(figure).getByRole('button', { name: 'Show as a table' }),
    );
    // The newest first: the gap of the second day is unknown.
    const rows = within(figure).getAllByRole('row').slice(1);
    expect(
      rows.map(r => within(r).getAllByRole('cell')[0].textContent),
    ).toEqual(['-50 %', 'unknown', '40 %']);
  });

  it('says how measurements are pushed where none came', async () => {
    show(<SLOsPage />, world().on('get', `${one}/status`, unmeasured), {
      mount,
      at,
    });
    expect(
      await screen.findByText(
        /services\/checkout\/slos\/availability\/measurements/,
      ),
    ).toBeInTheDocument();
  });

  it('tells members of other teams whose it is', async () => {
    show(<SLOsPage />, world().as('grace', ['search']), { mount, at });
    await screen.findByText(/For members of the team payments/);
    expect(screen.getByRole('button', { name: 'Edit' })).toBeDisabled();
    expect(screen.getByRole('button', { name: 'Retire' })).toBeDisabled();
  });

  it('retires it with a reason, and shows who was first', async () => {
    const lost = world().on(
      'post',
      `${one}/retire`,
      refuse(412, 'version_mismatch', { diff: '- name: a\n+ name: b' }),
    );
    show(<SLOsPage />, lost, { mount, at });
    await screen.findByText('The promise');
    await userEvent.click(screen.getByRole('button', { name: 'Retire' }));
    const dialog = await screen.findByRole('dialog');
    await userEvent.type(within(dialog).getByLabelText(/Reason/), 'replaced');
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Retire' }),
    );
    expect(
      await within(dialog).findByText('Somebody else was first'),
    ).toBeInTheDocument();
    expect(within(dialog).getByText(/\+ name: b/)).toBeInTheDocument();
    const [sent] = lost.sent(
      'post',
      '/v1/services/checkout/slos/availability/retire',
    );
    expect(sent.ifMatch).toBe('"3"');
    expect(sent.body).toEqual({ reason: 'replaced' });
  });
});

describe('the form of an SLO', () => {
  it('declares what was typed, and shows each fault at its field', async () => {
    const refusing = world().on(
      'post',
      '/v1/services/{service}/slos',
      refuse(422, 'invalid_input', {
        errors: [
          { pointer: '/name', message: 'is longer than 100 characters' },
        ],
      }),
    );
    show(<SLOsPage />, refusing, { mount, at: `${mount}/checkout/_new` });
    const name = await screen.findByRole('textbox', { name: /^Name/ });
    await userEvent.type(name, 'Orders');
    expect(screen.getByRole('textbox', { name: /^Slug/ })).toHaveValue(
      'orders',
    );
    await userEvent.click(screen.getByRole('button', { name: 'Declare SLO' }));
    expect(
      await screen.findByText('is longer than 100 characters'),
    ).toBeInTheDocument();
    const [sent] = refusing.sent('post', '/v1/services/checkout/slos');
    expect(sent.body).toMatchObject({
      name: 'Orders',
      slug: 'orders',
      objective: '99.9%',
      windowDays: 28,
      indicator: { category: 'availability' },
    });
  });

  it('is that of another SLO where the address changes to it', async () => {
    const other = { ...slo, id: 'id-latency', slug: 'latency', name: 'Fast' };
    const both = world().on('get', one, asked =>
      asked.names.slo === 'latency' ? other : slo,
    );
    function Edits() {
      const [slug, setSlug] = useState('availability');
      return (
        <EvenkeelRoot>
          <button onClick={() => setSlug('latency')}>The other</button>
          <EditPage service="checkout" slo={slug} />
        </EvenkeelRoot>
      );
    }
    show(<Edits />, both, { mount });
    const name = () => screen.findByRole('textbox', { name: /^Name/ });
    expect(await name()).toHaveValue('Orders can be paid');
    await userEvent.click(screen.getByRole('button', { name: 'The other' }));
    await waitFor(async () => expect(await name()).toHaveValue('Fast'));
  });

  it('previews what is typed', async () => {
    const previewing = world();
    show(<SLOsPage />, previewing, { mount, at: `${mount}/checkout/_new` });
    expect(
      await screen.findByText('Nothing was counted yet.'),
    ).toBeInTheDocument();
    await userEvent.type(
      screen.getByRole('textbox', { name: /^Name/ }),
      'Paid',
    );
    const path = '/v1/services/checkout/slo-previews';
    await waitFor(
      () =>
        expect(previewing.sent('post', path).pop()?.body).toMatchObject({
          name: 'Paid',
        }),
      { timeout: 3000 },
    );
  });

  it('shows the change of somebody who was first, and begins again from theirs', async () => {
    const raced = world().on(
      'put',
      one,
      refuse(412, 'version_mismatch', { diff: '+ objective: 99.5%' }),
    );
    show(<SLOsPage />, raced, {
      mount,
      at: `${mount}/checkout/availability/edit`,
    });
    const objective = await screen.findByRole('textbox', {
      name: /^Objective/,
    });
    await userEvent.clear(objective);
    await userEvent.type(objective, '99');
    raced.on('get', one, { ...slo, objective: '99.5%', version: 4 });
    await userEvent.click(screen.getByRole('button', { name: 'Save SLO' }));
    expect(await screen.findByText(/\+ objective: 99.5%/)).toBeInTheDocument();
    const [sent] = raced.sent('put', '/v1/services/checkout/slos/availability');
    expect(sent.ifMatch).toBe('"3"');
    expect(sent.body).toMatchObject({ objective: '99%' });
    await userEvent.click(
      screen.getByRole('button', { name: 'Begin again from theirs' }),
    );
    await waitFor(() =>
      expect(screen.getByRole('textbox', { name: /^Objective/ })).toHaveValue(
        '99.5%',
      ),
    );
  });
});

describe('a proposal', () => {
  const at = `${mount}/checkout/availability`;
  const proposal: Schemas['Proposal'] = {
    id: 'proposal-1',
    act: 'slo_revision',
    state: 'open',
    service: slo.service,
    slo: { id: slo.id, slug: slo.slug },
    version: 3,
    summary: 'this relaxes the SLO',
    document: {},
    reason: 'Customers need less.',
    // A namesake of whoever is signed in.
    personId: 'person-another-ada',
    proposedBy: 'ada',
    createdAt: '2026-11-27T00:00:00Z',
    expiresAt: '2026-12-11T00:00:00Z',
    decidedAt: null,
    decidedBy: '',
    decidedFor: '',
    madeId: '',
  };

  it('is not approved by who proposed it, whatever others are called', async () => {
    const own = { ...proposal, personId: 'person-ada', proposedBy: 'Ada O.' };
    await show(<SLOsPage />, world().on('get', '/v1/proposals', page(own)), {
      mount,
      at,
    });
    const approve = await screen.findByRole('button', { name: 'Approve' });
    await waitFor(() =>
      expect(approve).toHaveAccessibleDescription('Not for who proposed it'),
    );
    expect(screen.getByRole('button', { name: 'Withdraw' })).toBeEnabled();
  });

  it('stays open with what was typed where another decided first, and says what', async () => {
    const open = world().on('get', '/v1/proposals', page(proposal));
    await show(<SLOsPage />, open, { mount, at });
    const reject = await screen.findByRole('button', { name: 'Reject' });
    await waitFor(() => expect(reject).toBeEnabled());
    await userEvent.click(reject);
    const dialog = await screen.findByRole('dialog');
    await userEvent.type(within(dialog).getByLabelText(/^Reason/), 'Not now.');
    open
      .on('get', '/v1/proposals', page())
      .on('get', '/v1/proposals/{proposal}', {
        ...proposal,
        state: 'approved',
        decidedAt: '2026-11-28T00:00:00Z',
        decidedBy: 'Grace',
        decidedFor: 'they do',
      })
      .on(
        'post',
        '/v1/proposals/{proposal}/rejection',
        refuse(409, 'proposal_decided', { detail: 'it was approved' }),
      );
    const submit = within(dialog).getByRole('button', { name: 'Reject' });
    await userEvent.click(submit);
    expect(
      await within(dialog).findByText('Grace approved it: they do'),
    ).toBeInTheDocument();
    expect(within(dialog).getAllByRole('alert')).toHaveLength(1);
    expect(within(dialog).getByLabelText(/^Reason/)).toHaveValue('Not now.');
    expect(submit).toBeDisabled();
  });

  it('is closed once it is decided on, however long it takes to read again', async () => {
    const open = world()
      .on('get', '/v1/proposals', page(proposal))
      .on('get', '/v1/proposals/{proposal}', proposal);
    await show(<SLOsPage />, open, { mount, at });
    const approve = await screen.findByRole('button', { name: 'Approve' });
    await waitFor(() => expect(approve).toBeEnabled());
    await userEvent.click(approve);
    const dialog = await screen.findByRole('dialog');
    const approved: Schemas['Proposal'] = {
      ...proposal,
      state: 'approved',
      decidedAt: '2026-11-28T00:00:00Z',
      decidedBy: 'Ada',
    };
    let answer = () => {};
    const late = new Promise<void>(resolve => {
      answer = resolve;
    });
    open
      .on('get', '/v1/proposals', async () => {
        await late;
        return page();
      })
      .on('get', '/v1/proposals/{proposal}', approved)
      .on('post', '/v1/proposals/{proposal}/approval', approved);
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Approve' }),
    );
    await waitFor(() =>
      expect(screen.queryByRole('dialog')).not.toBeInTheDocument(),
    );
    expect(screen.getByText(proposal.summary)).toBeInTheDocument();
    answer();
    await waitFor(() =>
      expect(screen.queryByText(proposal.summary)).not.toBeInTheDocument(),
    );
  });

  it('tells whom the portal lets change nothing so in place of the form', async () => {
    await show(<SLOsPage />, world(), {
      mount,
      at: `${at}/edit`,
      denied: true,
    });
    expect(
      await screen.findByText(/does not let you change anything in Evenkeel/),
    ).toBeInTheDocument();
    expect(screen.queryByRole('textbox')).not.toBeInTheDocument();
  });
});
