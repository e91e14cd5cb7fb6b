import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { World, page, refuse, show } from '../testing';
import { ScorecardsPage } from './ScorecardsPage';
import { card, position, report, result, service } from './testing';

const mount = '/evenkeel/scorecards';

function world() {
  return new World()
    .as('ada', ['payments'])
    .on('get', '/v1/scorecards', page(card))
    .on('get', '/v1/scorecards/{scorecard}', card)
    .on('get', '/v1/scorecards/{scorecard}/report', report)
    .on('get', '/v1/teams', page())
    .on(
      'get',
      '/v1/scorecards/{scorecard}/services',
      page(position('checkout'), position('ledger')),
    )
    .on('get', '/v1/services/{service}', service)
    .on('get', '/v1/services/{service}/scorecards/{scorecard}', result)
    .on('get', '/v1/services/{service}/attestations', page())
    .on('get', '/v1/scorecards/{scorecard}/checks/{check}', {
      scorecard: { id: 'id-readiness', slug: 'readiness' },
      check: card.checks[1],
      counting: 1,
      notPassing: 1,
      outcomes: { fail: 1 },
      facts: [
        {
          name: 'hasRunbook',
          by: 'given',
          doc: 'Each page has one.',
          type: 'truth',
          values: [],
        },
      ],
      trend: [],
    });
}

describe('the matrix', () => {
  it('has a row for each service and a column for each category', async () => {
    await show(<ScorecardsPage />, world(), {
      mount,
      at: `${mount}/readiness`,
    });
    const table = await screen.findByRole('table', { name: 'Services' });
    expect(
      within(table)
        .getAllByRole('columnheader')
        .map(of => of.textContent),
    ).toEqual(['Service', 'Level', 'Score', 'Ownership', 'Alerting']);
    const row = within(table).getByRole('row', { name: /The checkout/ });
    // By hand: one of one of ownership passes, none of two of alerting.
    expect(row).toHaveTextContent('1 of 1 pass');
    expect(row).toHaveTextContent('0 of 2 pass');
    expect(row).toHaveTextContent('2 checks to Silver');
    // What has no results is counted apart.
    expect(
      screen.getByRole('button', { name: 'No results yet 1' }),
    ).toBeInTheDocument();
  });

  it('opens a category into its checks, and narrows by what is typed', async () => {
    await show(<ScorecardsPage />, world(), {
      mount,
      at: `${mount}/readiness`,
    });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Alerting' }),
    );
    expect(
      await screen.findByRole('columnheader', { name: /It has a runbook/ }),
    ).toBeInTheDocument();
    const row = screen.getByRole('row', { name: /The checkout/ });
    expect(row).toHaveTextContent('Fails');
    expect(row).toHaveTextContent('Not known');
    await userEvent.type(screen.getByRole('searchbox'), 'ledg');
    await waitFor(() =>
      expect(
        screen.queryByRole('row', { name: /The checkout/ }),
      ).not.toBeInTheDocument(),
    );
    expect(screen.getByRole('row', { name: /The ledger/ })).toBeInTheDocument();
  });

  it('asks for the services of a level', async () => {
    const of = world();
    await show(<ScorecardsPage />, of, { mount, at: `${mount}/readiness` });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Bronze 1' }),
    );
    await waitFor(() =>
      expect(
        of
          .sent('get', '/v1/scorecards/readiness/services')
          .map(a => a.query.get('level')),
      ).toContain('Bronze'),
    );
  });

  it('reads thousands of services page by page, and draws those that are looked at', async () => {
    const each = 200;
    const of = world().on(
      'get',
      '/v1/scorecards/{scorecard}/services',
      asked => {
        const from = Number(asked.query.get('after') ?? 0);
        return {
          items: Array.from({ length: each }, (_, i) =>
            position(`service-${from + i}`),
          ),
          next: from + each < 1000 ? String(from + each) : undefined,
        };
      },
    );
    await show(<ScorecardsPage />, of, { mount, at: `${mount}/readiness` });
    // Five pages, one after the other.
    expect(
      await screen.findByText('1000 services', {}, { timeout: 10_000 }),
    ).toBeInTheDocument();
    const table = screen.getByRole('table', { name: 'Services' });
    expect(table).toHaveAttribute('aria-rowcount', '1001');
    expect(table.querySelectorAll('tbody tr').length).toBeLessThan(150);
  }, 20_000);

  it('says why it is empty', async () => {
    await show(
      <ScorecardsPage />,
      world()
        .on('get', '/v1/scorecards/{scorecard}/services', page())
        .on('get', '/v1/scorecards/{scorecard}/report', report),
      { mount, at: `${mount}/readiness` },
    );
    expect(
      await screen.findByRole('heading', { name: 'Nothing evaluated yet' }),
    ).toBeInTheDocument();
  });

  it('says that it is not for who may not see it', async () => {
    await show(
      <ScorecardsPage />,
      world().on(
        'get',
        '/v1/scorecards/{scorecard}/services',
        refuse(403, 'forbidden', { detail: 'ask for it' }),
      ),
      { mount, at: `${mount}/readiness` },
    );
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'Not for you to see',
    );
  });

  it('lets an administrator begin where there is no scorecard', async () => {
    const made = { ...card };
    const of = world()
      .as('sam', [], true)
      .on('get', '/v1/scorecards', page())
      .on('get', '/v1/scorecard-templates', {
        templates: [
          {
            slug: 'starter',
            name: 'Starter',
            levels: card.levels,
            checks: card.checks,
          },
        ],
      })
      .on('post', '/v1/scorecards', made);
    await show(<ScorecardsPage />, of, { mount });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Begin with Starter' }),
    );
    await waitFor(() =>
      expect(of.sent('post', '/v1/scorecards')).toHaveLength(1),
    );
  });
});

describe('the result of a service', () => {
  const at = `${mount}/readiness?service=checkout`;

  it('shows what was seen, where it is from, and how to fix it', async () => {
    await show(<ScorecardsPage />, world(), { mount, at });
    const panel = await screen.findByRole('dialog');
    await userEvent.click(
      await within(panel).findByText('It has a runbook', {
        selector: 'summary span',
      }),
    );
    const seen = await within(panel).findByRole('table', {
      name: 'What was seen',
    });
    expect(
      within(seen).getByRole('row', { name: /hasRunbook/ }),
    ).toHaveTextContent(/no.*the wiki/);
    expect(
      within(panel).getByText('runbook', { selector: 'strong' }),
    ).toBeInTheDocument();
  });

  it('asks for an exemption, with the fault of a field at the field', async () => {
    const of = world().on(
      'post',
      '/v1/exemptions',
      refuse(422, 'invalid_input', {
        errors: [
          { pointer: '/reason', message: 'must not be empty', value: '' },
        ],
      }),
    );
    await show(<ScorecardsPage />, of, { mount, at });
    const panel = await screen.findByRole('dialog');
    await userEvent.click(
      await within(panel).findByText('It has a runbook', {
        selector: 'summary span',
      }),
    );
    await userEvent.click(
      await within(panel).findByRole('button', {
        name: 'Ask for an exemption',
      }),
    );
    await userEvent.click(await screen.findByRole('button', { name: 'Ask' }));
    expect(
      await screen.findByRole('textbox', { name: /Reason/ }),
    ).toHaveAccessibleDescription(/must not be empty/);
    expect(of.sent('post', '/v1/exemptions')[0].body).toMatchObject({
      scorecard: 'readiness',
      service: 'checkout',
      check: 'runbook',
    });
  });

  it('attests a fact', async () => {
    const of = world();
    await show(<ScorecardsPage />, of, { mount, at });
    const panel = await screen.findByRole('dialog');
    await userEvent.click(
      await within(panel).findByText('It has a runbook', {
        selector: 'summary span',
      }),
    );
    await userEvent.click(
      await within(panel).findByRole('button', { name: 'Attest' }),
    );
    await userEvent.click(await screen.findByRole('radio', { name: 'Yes' }));
    await userEvent.type(
      screen.getByRole('textbox', { name: /Evidence/ }),
      'https://wiki.example/runbook',
    );
    const form = screen.getByRole('radio', { name: 'Yes' }).closest('form');
    expect(form).not.toBeNull();
    await userEvent.click(
      within(form as HTMLFormElement).getByRole('button', { name: 'Attest' }),
    );
    await waitFor(() =>
      expect(
        of.sent('post', '/v1/services/checkout/attestations')[0]?.body,
      ).toMatchObject({
        fact: 'hasRunbook',
        truth: true,
        evidence: 'https://wiki.example/runbook',
      }),
    );
  });

  it('explains to others who can', async () => {
    await show(<ScorecardsPage />, world().as('grace', ['search']), {
      mount,
      at,
    });
    const evaluate = await screen.findByRole('button', {
      name: 'Evaluate now',
    });
    await waitFor(() => expect(evaluate).toBeDisabled());
    expect(evaluate).toHaveAccessibleDescription(
      'Members of payments evaluate it.',
    );
  });
});
