import type { Schemas } from '@evenkeel/client';
import { EvenkeelRoot } from '@evenkeel/plugin-evenkeel-react';
import { fireEvent, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { World, refuse, show } from '../testing';
import { CorrectionDialog } from './CorrectionDialog';

const of = '/v1/services/{service}/slos/{slo}/corrections' as const;
const path = '/v1/services/checkout/slos/availability/corrections';

/** What a correction would do that leaves so much of the budget. */
function leaves(remaining: number): Schemas['CorrectionPreview'] {
  const sum = { good: 90, total: 100, sli: 0.9 };
  return {
    before: { ...sum, remaining: 0.1 },
    after: { ...sum, remaining },
    from: '2026-11-01T00:00:00Z',
    to: '2026-11-28T00:00:00Z',
    times: [],
    more: false,
  };
}

function open(world: World) {
  show(
    <EvenkeelRoot>
      <CorrectionDialog
        of={{ service: 'checkout', slo: 'availability' }}
        onClose={() => {}}
      />
    </EvenkeelRoot>,
    world.as('ada', ['payments']),
  );
  return screen.findByLabelText('From');
}

async function date(from: HTMLElement) {
  fireEvent.change(from, { target: { value: '2026-11-20T10:00' } });
  fireEvent.change(screen.getByLabelText('To'), {
    target: { value: '2026-11-20T11:00' },
  });
}

it('shows no figure of other times while it works out what these do', async () => {
  let left = 0.4;
  const world = new World().on('post', `${of}/preview`, () => leaves(left));
  const from = await open(world);
  await date(from);
  expect(await screen.findByText('10 % → 40 %')).toBeInTheDocument();
  left = 0.6;
  fireEvent.change(from, { target: { value: '2026-11-20T09:00' } });
  expect(screen.queryByText('10 % → 40 %')).not.toBeInTheDocument();
  expect(screen.getByText('Looking at what it does …')).toBeInTheDocument();
  expect(await screen.findByText('10 % → 60 %')).toBeInTheDocument();
});

it('does not ask what it does again for each letter of why', async () => {
  const world = new World().on('post', `${of}/preview`, leaves(0.4));
  await date(await open(world));
  expect(await screen.findByText('10 % → 40 %')).toBeInTheDocument();
  await userEvent.type(screen.getByLabelText(/^Why/), 'Planned');
  expect(screen.getByText('10 % → 40 %')).toBeInTheDocument();
  expect(world.sent('post', `${path}/preview`)).toHaveLength(1);
});

it('sends a whole number of seconds, and none where no minutes are said', async () => {
  const message = 'must be at least 60';
  const refused = refuse(422, 'invalid_input', {
    errors: [{ pointer: '/recurrence/durationSeconds', message }],
  });
  const world = new World().on('post', of, refused);
  await open(world);
  await userEvent.click(screen.getByRole('button', { name: /How often/ }));
  await userEvent.click(
    await screen.findByRole('option', { name: 'Again and again' }),
  );
  const minutes = screen.getByRole('textbox', { name: 'Minutes, each time' });
  const say = async (text: string) => {
    await userEvent.clear(minutes);
    if (text) {
      await userEvent.type(minutes, text);
    }
    await userEvent.tab();
    await userEvent.click(screen.getByRole('button', { name: 'Correct' }));
  };
  await say('');
  await waitFor(() => expect(minutes).toHaveAccessibleDescription(message));
  expect(minutes).toHaveValue('');
  // 1.1 × 60 is 66.00000000000001 in floating point.
  await say('1.1');
  await waitFor(() => expect(world.sent('post', path)).toHaveLength(2));
  expect(
    world
      .sent('post', path)
      .map(
        sent =>
          (sent.body as Schemas['CorrectionInput']).recurrence?.durationSeconds,
      ),
  ).toEqual([0, 66]);
});

it('says why somebody else has to approve it as the API says it', async () => {
  const world = new World().on(
    'post',
    of,
    refuse(409, 'second_person_needed', {
      detail: 'l’objectif baisse : proposez-le avec POST /v1/proposals',
    }),
  );
  await open(world);
  await userEvent.click(screen.getByRole('button', { name: 'Correct' }));
  expect(
    await screen.findByText('Somebody else has to approve this'),
  ).toBeInTheDocument();
  expect(
    screen.getByText('l’objectif baisse : proposez-le avec POST /v1/proposals'),
  ).toBeInTheDocument();
  expect(screen.getByRole('button', { name: 'Propose it' })).toBeEnabled();
});
