import { renderInTestApp } from '@backstage/frontend-test-utils';
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { StackedBar } from './Bars';
import { ChartFrame } from './ChartFrame';
import { TimeChart } from './TimeChart';

const at = (day: number) => new Date(Date.UTC(2026, 4, day, 12));
const points = [
  { at: at(1), value: 1 },
  { at: at(2), value: 0.25 },
  { at: at(3), value: null },
  { at: at(4), value: -0.5 },
];

it('has the table behind it, a button away', async () => {
  await renderInTestApp(
    <ChartFrame
      title="Budget"
      summary="It fell to −50 %."
      table={{ head: ['day', 'left'], rows: [['1 May', '100 %']] }}
    >
      <p>the picture</p>
    </ChartFrame>,
  );
  await userEvent.click(
    await screen.findByRole('button', { name: 'Show as a table' }),
  );
  expect(screen.queryByText('the picture')).not.toBeInTheDocument();
  const table = screen.getByRole('table');
  expect(
    within(table).getByRole('columnheader', { name: 'left' }),
  ).toBeInTheDocument();
  expect(
    within(table).getByRole('rowheader', { name: '1 May' }),
  ).toBeInTheDocument();
  expect(within(table).getByText('100 %')).toBeInTheDocument();
});

it('leaves a gap where nothing is known, and goes below zero', async () => {
  await renderInTestApp(
    <TimeChart
      label="Budget left"
      series={[{ name: 'left', color: 'red', points }]}
      format={v => `${v * 100} %`}
    />,
  );
  const chart = await screen.findByRole('img', { name: 'Budget left' });
  // Two pieces: the first two points, and the last alone.
  const drawn = chart.querySelector('path')?.getAttribute('d') ?? '';
  expect(drawn.match(/M/g)).toHaveLength(2);
  expect(within(chart).getByText('-50 %')).toBeInTheDocument();
});

it('reads its points out by the arrow keys', async () => {
  await renderInTestApp(
    <TimeChart
      label="Budget left"
      series={[{ name: 'left', color: 'red', points }]}
      format={v => `${v * 100} %`}
    />,
  );
  (await screen.findByRole('img', { name: 'Budget left' })).focus();
  await userEvent.keyboard('{ArrowRight}{ArrowRight}');
  expect(screen.getByText(/^2 May 2026.*: left 25 %$/)).toBeInTheDocument();
  await userEvent.keyboard('{End}');
  expect(screen.getByText(/^4 May 2026.*: left -50 %$/)).toBeInTheDocument();
});

it('says the numbers of a bar’s parts', async () => {
  await renderInTestApp(
    <StackedBar
      label="Levels"
      parts={[
        { name: 'Gold', value: 2, color: 'gold' },
        { name: 'Bronze', value: 1, color: 'brown' },
      ]}
    />,
  );
  expect(
    await screen.findByRole('img', { name: 'Levels: Gold 2, Bronze 1' }),
  ).toBeInTheDocument();
});
