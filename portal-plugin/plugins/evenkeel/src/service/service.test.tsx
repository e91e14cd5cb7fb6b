import type { Schemas } from '@evenkeel/client';
import { EntityProvider } from '@backstage/plugin-catalog-react';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { card } from '../scorecards/testing';
import { history, service, slo, status } from '../slos/samples';
import { World, may, mayNot, page, refuse, show } from '../testing';
import { EntityTab } from './EntityTab';
import { ServicesPage } from './ServicesPage';
import { serviceFrom } from './register';

const of = '/v1/services/{service}' as const;
const mount = '/evenkeel/services';

const frozen: Schemas['GateReason'] = {
  kind: 'frozen',
  text: '150 % of the error budget is consumed',
};

const gate: Schemas['Gate'] = {
  service: service.team,
  classes: [
    {
      class: 'feature',
      answer: 'deny',
      reasons: [frozen],
      recoversAt: null,
      wayOut: ['Send a rollback'],
    },
  ],
};

const check: Schemas['CheckResult'] = {
  id: 'runbook',
  title: 'It has a runbook',
  category: 'operations',
  condition: 'runbook != ""',
  counts: true,
  evidence: [],
  fix: 'Write one and **name it** in the service.',
  level: 'Silver',
  links: [],
  outcome: 'fail',
  since: null,
  weight: 1,
  why: '',
};

const scorecard: Schemas['ServiceScorecard'] = {
  applies: 'holds',
  checks: [check],
  counted: 1,
  passed: 0,
  evaluatedAt: '2026-11-28T06:00:00Z',
  ladder: [{ level: 'Silver', counted: 1, passed: 0, reached: false }],
  level: null,
  levels: [{ name: 'Silver' }],
  missing: 1,
  name: 'Production readiness',
  next: ['runbook'],
  nextLevel: 'Silver',
  revision: 1,
  score: 0,
  scorecard: { id: 'id-starter', slug: 'starter' },
  service: { id: 'id-checkout', slug: 'checkout' },
};

const violation: Schemas['Violation'] = {
  acts: [
    ...may('acknowledge', 'dispute'),
    ...mayNot(
      'not_approver',
      'only who approved it decides that',
      'exit_early',
    ),
  ],
  id: 'id-violation',
  clause: 'budget-exceeded',
  policy: { id: 'id-policy', slug: 'error-budget' },
  service: slo.service,
  slo: { id: slo.id, slug: slo.slug },
  mode: 'enforce',
  open: true,
  openedAt: '2026-11-28T05:00:00Z',
  endedAt: null,
  ending: null,
  mutedUntil: null,
  handling: {},
  version: 2,
  evidence: {
    consumedPercent: '150',
    facts: [],
    good: 998_500,
    total: 1_000_000,
    objective: '99.9%',
    policyRevisionId: 'id-p1',
    sloRevisionId: 'id-s1',
    when: 'consumed > 1.0',
    windowEnd: '2026-11-28T05:00:00Z',
  },
};

const position: Schemas['ScorecardPosition'] = {
  service: status.service,
  name: service.name,
  team: service.team,
  tier: service.tier,
  kind: service.kind,
  level: null,
  score: 20,
  missing: 1,
  passed: 1,
  counted: 5,
  next: [],
  categories: {},
  checks: {},
};

function world(): World {
  const one = `${of}/slos/{slo}` as const;
  return new World()
    .as('ada', ['payments'])
    .on('get', '/v1/services', page(service))
    .on('get', '/v1/slo-statuses', page(status))
    .on('get', '/v1/scorecards', page(card))
    .on('get', '/v1/scorecards/{scorecard}/services', page(position))
    .on('get', of, service)
    .on('get', `${of}/slos`, page(slo))
    .on('get', `${one}/status`, status)
    .on('get', `${one}/history`, history)
    .on('get', `${of}/changes`, page())
    .on('get', `${of}/gate`, gate)
    .on('get', `${of}/gate/decisions`, page())
    .on('get', `${of}/gate/overrides`, page())
    .on('get', `${of}/golden-signals`, {
      service: service.team,
      saturation: [],
      updatedAt: null,
      version: 1,
    })
    .on('get', `${of}/scorecards`, { scorecards: [scorecard] })
    .on('get', `${of}/golden-signals/current`, {
      service: service.team,
      at: '2026-11-28T06:00:00Z',
      windowSeconds: 300,
      signals: [],
    })
    .on('get', '/v1/violations', page(violation))
    .on('get', '/v1/incidents', page())
    .on('get', '/v1/action-items', page())
    .on('get', '/v1/issues', page())
    .on('get', '/v1/manifest-items', page());
}

const entity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: {
    name: 'Returns',
    title: 'Returns of goods',
    tags: ['java'],
    annotations: { 'evenkeel.dev/tier': '2' },
    links: [{ url: 'https://runbooks.example.org/returns', title: 'Runbook' }],
  },
  spec: { type: 'service', lifecycle: 'experimental', owner: 'group:payments' },
};

const tab = (
  <EntityProvider entity={entity}>
    <EntityTab />
  </EntityProvider>
);

describe('the page of a service', () => {
  const at = `${mount}/checkout`;

  it('shows its SLOs, what blocks a feature, the way to the next level and how to fix', async () => {
    show(<ServicesPage />, world(), { mount, at });
    expect(
      await screen.findByRole('heading', { name: 'Checkout' }),
    ).toBeInTheDocument();
    expect(await screen.findByText('One check to Silver')).toBeInTheDocument();
    expect(screen.getByText('name it')).toBeInTheDocument();
    expect((await screen.findAllByText('Must wait')).length).toBe(2);
    expect((await screen.findAllByText('-50 %')).length).toBeGreaterThan(0);
    expect(
      screen.getByRole('link', { name: 'Open the runbook' }),
    ).toHaveAttribute('href', 'https://runbooks.example.org/checkout');
  });

  it('overrides the gate with a reason for some hours', async () => {
    const taking = world().on(
      'post',
      `${of}/gate/overrides`,
      refuse(422, 'invalid_input', {
        errors: [{ pointer: '/reason', message: 'says too little' }],
      }),
    );
    show(<ServicesPage />, taking, { mount, at });
    const override = await screen.findByRole('button', {
      name: 'Override the gate',
    });
    await waitFor(() => expect(override).toBeEnabled());
    await userEvent.click(override);
    const dialog = await screen.findByRole('dialog');
    await userEvent.type(
      within(dialog).getByLabelText(/Why it cannot wait/),
      'x',
    );
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Override the gate' }),
    );
    expect(
      await within(dialog).findByText('says too little'),
    ).toBeInTheDocument();
    const [sent] = taking.sent('post', '/v1/services/checkout/gate/overrides');
    const body = sent.body as Schemas['GateOverrideInput'];
    expect(body.reason).toBe('x');
    // Four hours, which is what the form begins with.
    const hours = (+new Date(body.until) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(3.9);
    expect(hours).toBeLessThanOrEqual(4);
  });

  it('acknowledges a violation, and shows who was first', async () => {
    const lost = world().on(
      'put',
      '/v1/violations/{violation}/acknowledgement',
      refuse(412, 'version_mismatch', { diff: '+ plan: theirs' }),
    );
    show(<ServicesPage />, lost, { mount, at });
    const acknowledge = await screen.findByRole('button', {
      name: 'Acknowledge',
    });
    await waitFor(() => expect(acknowledge).toBeEnabled());
    await userEvent.click(acknowledge);
    const dialog = await screen.findByRole('dialog');
    await userEvent.type(
      within(dialog).getByLabelText(/What is going to be done/),
      'mine',
    );
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Acknowledge' }),
    );
    expect(await within(dialog).findByText(/\+ plan: theirs/)).toBeVisible();
    const [sent] = lost.sent(
      'put',
      '/v1/violations/id-violation/acknowledgement',
    );
    expect(sent.ifMatch).toBe('"2"');
  });

  it('tells members of other teams whose the gate and the violations are', async () => {
    const theirs = {
      ...violation,
      acts: mayNot('forbidden', 'only members', 'acknowledge', 'dispute'),
    };
    show(
      <ServicesPage />,
      world().as('grace', ['search']).on('get', '/v1/violations', page(theirs)),
      { mount, at },
    );
    expect(
      await screen.findByRole('button', { name: 'Override the gate' }),
    ).toBeDisabled();
    expect(
      await screen.findByRole('button', { name: 'Acknowledge' }),
    ).toBeDisabled();
    expect(
      (await screen.findAllByText(/For members of the team payments/)).length,
    ).toBeGreaterThan(1);
    const seen = await screen.findAllByText(
      'Members of the team payments acknowledge or dispute it.',
    );
    expect(seen.filter(e => !e.hidden)).toHaveLength(1);
  });

  it('tells by what the API says who decides a dispute, whatever their name is', async () => {
    const disputed = {
      ...violation,
      handling: {
        dispute: {
          at: '2026-11-28T05:30:00Z',
          by: 'ada',
          approver: 'person-sam',
          reason: 'A drill was counted.',
        },
      },
      acts: [...violation.acts, ...may('decide_dispute')],
    };
    const open = () => world().on('get', '/v1/violations', page(disputed));
    const { unmount } = await show(<ServicesPage />, open(), { mount, at });
    const decide = await screen.findByRole('button', {
      name: 'Decide the dispute',
    });
    await waitFor(() => expect(decide).toBeEnabled());
    unmount();
    const own = {
      ...disputed,
      acts: [
        ...violation.acts,
        ...mayNot(
          'own_dispute',
          'another person than ada, who raised it, has to decide it',
          'decide_dispute',
        ),
      ],
    };
    await show(
      <ServicesPage />,
      open().on('get', '/v1/violations', page(own)),
      { mount, at },
    );
    expect(
      await screen.findByText(
        'Another person than ada, who raised it, has to decide it.',
      ),
    ).toBeInTheDocument();
  });

  it('keeps what is typed about a violation that ends meanwhile, and says so', async () => {
    const ending = world();
    show(<ServicesPage />, ending, { mount, at });
    const dispute = await screen.findByRole('button', { name: 'Dispute' });
    await waitFor(() => expect(dispute).toBeEnabled());
    await userEvent.click(dispute);
    const dialog = await screen.findByRole('dialog');
    const text = within(dialog).getByLabelText(/What is wrong/);
    await userEvent.type(text, 'mine');
    ending
      .on('get', '/v1/violations', page())
      .on('get', '/v1/violations/{violation}', {
        ...violation,
        ending: 'void',
        endedAt: '2026-11-28T05:45:00Z',
        acts: mayNot(
          'violation_void',
          'it was found to be no violation already',
          'dispute',
        ),
        version: 3,
      })
      .on(
        'post',
        '/v1/violations/{violation}/disputes',
        refuse(409, 'violation_void', { detail: 'it was none' }),
      );
    const submit = within(dialog).getByRole('button', { name: 'Dispute' });
    await userEvent.click(submit);
    expect(
      await within(dialog).findByText(
        'It was found to be no violation already.',
      ),
    ).toBeInTheDocument();
    expect(within(dialog).getAllByRole('alert')).toHaveLength(1);
    expect(text).toHaveValue('mine');
    expect(submit).toBeDisabled();
  });

  it('has an override reviewed by who may, and shows a review that was first', async () => {
    const override: Schemas['GateOverride'] = {
      id: 'id-override',
      serviceId: 'id-checkout',
      reason: 'Customers cannot pay.',
      // A namesake of whoever is signed in.
      madeBy: 'ada',
      madeAt: '2026-11-27T05:00:00Z',
      until: '2026-11-27T09:00:00Z',
      reviewDue: '2026-12-01T05:00:00Z',
      acts: [
        ...mayNot('override_over', 'it was over', 'end'),
        ...may('review'),
      ],
      version: 1,
    };
    const one = `${of}/gate/overrides/{override}` as const;
    const lifted = world()
      .on('get', `${of}/gate/overrides`, page(override))
      .on('post', `${one}/review`, refuse(412, 'version_mismatch'));
    show(<ServicesPage />, lifted, { mount, at });
    const review = await screen.findByRole('button', { name: 'Review it' });
    await waitFor(() => expect(review).toBeEnabled());
    await userEvent.click(review);
    const dialog = await screen.findByRole('dialog');
    await userEvent.type(within(dialog).getByLabelText(/^Note/), 'mine');
    lifted.on('get', one, {
      ...override,
      review: {
        at: '2026-11-28T05:00:00Z',
        by: 'Grace',
        justified: true,
        note: 'It had to be.',
      },
      acts: mayNot('already_reviewed', 'Grace reviewed it', 'review'),
      version: 2,
    });
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Review it' }),
    );
    const theirs = 'Reviewed by Grace: justified. It had to be.';
    expect(await within(dialog).findByText(theirs)).toBeInTheDocument();
    expect(within(dialog).getAllByRole('alert')).toHaveLength(1);
    await userEvent.click(
      within(dialog).getByRole('button', { name: /from theirs/ }),
    );
    expect(await within(dialog).findByText(theirs)).toBeInTheDocument();
    expect(within(dialog).getByLabelText(/^Note/)).toHaveValue('mine');
    expect(
      within(dialog).getByRole('button', { name: 'Review it' }),
    ).toBeDisabled();
  });
});

describe('the list of services', () => {
  it('shows the worst state of each', async () => {
    show(<ServicesPage />, world(), { mount });
    const row = await screen.findByRole('row', { name: /Checkout/ });
    expect(await within(row).findByText('Exhausted')).toBeInTheDocument();
    expect(within(row).getByRole('link', { name: 'Checkout' })).toHaveAttribute(
      'href',
      '/evenkeel/services/checkout',
    );
  });

  it('reads how all of its rows stand at once, as far as it goes', async () => {
    const named = (slug: string) => ({ id: `id-${slug}`, slug });
    const row = (slug: string) => ({
      ...service,
      ...named(slug),
      name: `Service ${slug}`,
    });
    const state = (slug: string, is: Schemas['SLOStatus']['state']) => ({
      ...status,
      slo: named(`slo-${slug}-${is}`),
      service: named(slug),
      state: is,
    });
    // The SLOs of c are on both pages; those of z, which the list has not, end what is read.
    const many = world()
      .on('get', '/v1/services', page(row('a'), row('b'), row('c'), row('d')))
      .on('get', '/v1/slo-statuses', asked =>
        asked.query.get('after') === 'second'
          ? {
              items: [state('c', 'exhausted'), state('z', 'ok')],
              next: 'third',
            }
          : {
              items: [
                state('a', 'ok'),
                state('a', 'at_risk'),
                state('c', 'ok'),
              ],
              next: 'second',
            },
      )
      .on(
        'get',
        '/v1/scorecards/{scorecard}/services',
        page(
          { ...position, service: named('a'), level: card.levels[0].name },
          { ...position, service: named('b') },
          { ...position, service: named('c'), score: null },
        ),
      );
    show(<ServicesPage />, many, { mount });
    const texts = async (slug: string) =>
      within(await screen.findByRole('row', { name: new RegExp(slug) }))
        .getAllByRole('cell')
        .slice(0, 2)
        .map(cell => cell.textContent);
    await waitFor(async () =>
      expect(await texts('Service c')).toEqual(['Exhausted', 'unknown']),
    );
    expect(await texts('Service a')).toEqual(['At risk', card.levels[0].name]);
    expect(await texts('Service b')).toEqual(['No SLO', 'Below all levels']);
    expect(await texts('Service d')).toEqual(['No SLO', 'Not scored']);
    expect(
      screen.getByRole('columnheader', { name: `Level by ${card.name}` }),
    ).toBeInTheDocument();
    const asked = many.asked.map(a => a.path).sort();
    expect(asked.filter(path => path.startsWith('/v1/s'))).toEqual([
      '/v1/scorecards',
      `/v1/scorecards/${card.slug}/services`,
      '/v1/services',
      '/v1/slo-statuses',
      '/v1/slo-statuses',
    ]);
  });

  it('leads to the entity where the service names one', async () => {
    const named = world().on(
      'get',
      '/v1/services',
      page({
        ...service,
        entity: {
          ref: 'component:default/checkout',
          portal: 'https://portal.example.org',
        },
      }),
    );
    show(<ServicesPage />, named, { mount });
    expect(
      await screen.findByRole('link', { name: 'Checkout' }),
    ).toHaveAttribute('href', '/catalog/default/component/checkout');
  });
});

describe('the tab of an entity that Evenkeel does not know', () => {
  const unknown = () =>
    world().on('get', of, refuse(404, 'not_found', { detail: 'no such' }));

  it('has the annotation to copy, and registers the service', async () => {
    const registering = unknown().on('post', '/v1/services', service);
    show(tab, registering);
    expect(
      await screen.findByText(/evenkeel.dev\/service: returns/),
    ).toBeInTheDocument();
    // It is another element once the rights are known.
    const register = () =>
      screen.getByRole('button', { name: 'Register this service' });
    await waitFor(() => expect(register()).toBeEnabled());
    await userEvent.click(register());
    const dialog = await screen.findByRole('dialog');
    expect(within(dialog).getByLabelText(/^Name/)).toHaveValue(
      'Returns of goods',
    );
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Register' }),
    );
    await waitFor(() =>
      expect(registering.sent('post', '/v1/services')).toHaveLength(1),
    );
    expect(registering.sent('post', '/v1/services')[0].body).toMatchObject({
      slug: 'returns',
      team: 'payments',
      tier: 2,
      lifecycle: 'experimental',
      runbook: 'https://runbooks.example.org/returns',
    });
  });

  it('tells others who may', async () => {
    show(tab, unknown().as('grace', ['search']));
    expect(
      await screen.findByRole('button', { name: 'Register this service' }),
    ).toBeDisabled();
  });
});

it('takes the usual for what an entity does not say', () => {
  const bare = { ...entity, metadata: { name: 'x' }, spec: {} };
  expect(serviceFrom(bare, 'x')).toMatchObject({
    slug: 'x',
    name: 'x',
    team: '',
    tier: 3,
    kind: 'http',
    lifecycle: 'production',
    labels: {},
  });
});
