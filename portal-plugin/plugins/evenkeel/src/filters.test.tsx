import { act, fireEvent, render, screen } from '@testing-library/react';
import { MemoryRouter, useLocation } from 'react-router-dom';

import { useNarrowing, useTyped } from './filters';

function List() {
  const { params, narrow, clear } = useNarrowing();
  const [typed, setTyped] = useTyped(params.get('query') ?? '', query =>
    narrow({ query }),
  );
  return (
    <>
      <p>{useLocation().search}</p>
      <input
        aria-label="Search"
        value={typed}
        onChange={event => setTyped(event.target.value)}
      />
      <button onClick={() => narrow({ team: 'payments' })}>Payments</button>
      <button
        onClick={() => {
          narrow({ team: 'search' });
          narrow({ state: 'ok' });
        }}
      >
        Both
      </button>
      <button onClick={() => narrow({ team: 'any' })}>Any team</button>
      <button onClick={clear}>Show all</button>
    </>
  );
}

const press = (name: string) =>
  fireEvent.click(screen.getByRole('button', { name }));
const type = (text: string) =>
  fireEvent.change(screen.getByRole('textbox', { name: 'Search' }), {
    target: { value: text },
  });
const pass = (milliseconds: number) =>
  act(() => jest.advanceTimersByTimeAsync(milliseconds));

beforeEach(() => {
  jest.useFakeTimers();
  render(
    <MemoryRouter
      future={{ v7_startTransition: false, v7_relativeSplatPath: false }}
    >
      <List />
    </MemoryRouter>,
  );
});
afterEach(() => jest.useRealTimers());

it('asks for what was typed and what was chosen while that waited', async () => {
  type('paid');
  await pass(299);
  press('Payments');
  await pass(1);
  expect(screen.getByText('?team=payments&query=paid')).toBeInTheDocument();
});

it('loses neither of two changes that come together', async () => {
  press('Both');
  await pass(0);
  expect(screen.getByText('?team=search&state=ok')).toBeInTheDocument();
});

it('lets go of what was typed where all is shown', async () => {
  type('paid');
  press('Payments');
  await pass(300);
  press('Any team');
  expect(screen.getByText('?query=paid')).toBeInTheDocument();
  press('Show all');
  await pass(300);
  expect(screen.getByRole('textbox', { name: 'Search' })).toHaveValue('');
  expect(screen.queryByText(/query/)).not.toBeInTheDocument();
});
