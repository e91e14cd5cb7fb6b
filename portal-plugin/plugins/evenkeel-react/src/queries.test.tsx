import { evenkeel } from '@evenkeel/client';
import { TestApiProvider } from '@backstage/frontend-test-utils';
import { act, fireEvent, render, screen } from '@testing-library/react';
import { useState } from 'react';

import { evenkeelApiRef } from './api';
import { EvenkeelRoot, useChange, useRead } from './queries';
import { usePages, type Page } from './pages';

/** Seconds that pass, with all that waits for them. */
const pass = (seconds: number) =>
  act(() => jest.advanceTimersByTimeAsync(seconds * 1000));
/** What needs no time, such as an answer and the page that shows it. */
const settle = () => pass(0.005);

function show(element: JSX.Element) {
  const api = evenkeel({
    baseUrl: 'http://evenkeel.test',
    fetch: async () => new Response(),
  });
  return render(
    <TestApiProvider apis={[[evenkeelApiRef, api]]}>
      <EvenkeelRoot>{element}</EvenkeelRoot>
    </TestApiProvider>,
  );
}

beforeEach(() => {
  jest.useFakeTimers();
  // The longest that each wait may be.
  jest.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

describe('an API that is away', () => {
  let away = true;
  beforeEach(() => {
    away = true;
  });

  function Budget(props: { of: string; asked: () => void }) {
    const read = useRead(['budget', props.of], async () => {
      props.asked();
      if (away) {
        throw new TypeError('Failed to fetch');
      }
      return `${props.of}: 40 %`;
    });
    return <p>{read.data ?? 'not known'}</p>;
  }

  it('is asked twice as seldom each time, and once a minute in the end', async () => {
    const asked = jest.fn();
    show(<Budget of="checkout" asked={asked} />);
    await settle();
    expect(asked).toHaveBeenCalledTimes(1);
    let times = 1;
    for (const wait of [5, 10, 20, 40, 60, 60]) {
      await pass(wait - 1);
      expect(asked).toHaveBeenCalledTimes(times);
      await pass(1);
      times += 1;
      expect(asked).toHaveBeenCalledTimes(times);
    }
  });

  it('is asked by each page at a time of its own', async () => {
    jest.mocked(Math.random).mockReturnValueOnce(0.5);
    const [first, second] = [jest.fn(), jest.fn()];
    show(
      <>
        <Budget of="checkout" asked={first} />
        <Budget of="search" asked={second} />
      </>,
    );
    // Between half of five seconds and all of them: 5 · (1 − 0.5 ÷ 2) = 3.75.
    await pass(3.7);
    expect(first).toHaveBeenCalledTimes(1);
    await pass(0.1);
    expect(first).toHaveBeenCalledTimes(2);
    expect(second).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['somebody looks at the page again', document, 'visibilitychange'],
    ['there is a network again', window, 'online'],
  ])('is asked at once where %s', async (_, target, event) => {
    const asked = jest.fn();
    show(<Budget of="checkout" asked={asked} />);
    await pass(76);
    expect(asked).toHaveBeenCalledTimes(5); // after 0, 5, 15, 35 and 75 seconds
    away = false;
    if (event === 'online') {
      fireEvent(target, new Event('offline'));
    }
    fireEvent(target, new Event(event, { bubbles: true }));
    await settle();
    expect(screen.getByText('checkout: 40 %')).toBeInTheDocument();
  });

  it('is asked soon again where somebody looked at the page in vain', async () => {
    const asked = jest.fn();
    show(<Budget of="checkout" asked={asked} />);
    await pass(100); // the next time would be after 135 seconds
    expect(asked).toHaveBeenCalledTimes(5);
    fireEvent(document, new Event('visibilitychange', { bubbles: true }));
    await settle();
    expect(asked).toHaveBeenCalledTimes(6);
    await pass(5);
    expect(asked).toHaveBeenCalledTimes(7);
    await pass(10);
    expect(asked).toHaveBeenCalledTimes(8);
  });

  it('is asked for all else once it answers one thing, and soon where it goes again', async () => {
    const [first, second] = [jest.fn(), jest.fn()];
    jest.mocked(Math.random).mockReturnValueOnce(0.5);
    show(
      <>
        <Budget of="checkout" asked={first} />
        <Budget of="search" asked={second} />
      </>,
    );
    await pass(1);
    away = false;
    await pass(2.8);
    expect(first).toHaveBeenCalledTimes(2);
    expect(screen.getByText('search: 40 %')).toBeInTheDocument();
    expect(second).toHaveBeenCalledTimes(2);
    away = true;
    await pass(60);
    expect(first).toHaveBeenCalledTimes(3);
    await pass(5);
    expect(first).toHaveBeenCalledTimes(4);
  });
});

describe('a list of two pages', () => {
  let names = ['a', 'b', 'c'];
  beforeEach(() => {
    names = ['a', 'b', 'c'];
  });

  const readNames = jest.fn(
    async (after: string | undefined): Promise<Page<string>> =>
      after
        ? { items: names.slice(2) }
        : { items: names.slice(0, 2), next: 'b' },
  );

  function Names(props: {
    until?: (found: readonly string[]) => boolean;
    change?: () => Promise<void>;
  }) {
    const list = usePages(['names'], (_, after) => readNames(after), {
      until: props.until,
    });
    const change = useChange(async () => props.change?.(), {
      touches: [['names']],
    });
    return (
      <>
        <ul>
          {list.data?.map(name => (
            <li key={name}>{name}</li>
          ))}
        </ul>
        {list.hasNextPage && (
          <button onClick={() => list.fetchNextPage()}>Show more</button>
        )}
        <button onClick={() => change.mutate(undefined)}>Change</button>
      </>
    );
  }
  const shown = () => screen.queryAllByRole('listitem').map(i => i.textContent);
  const click = async (name: string) => {
    fireEvent.click(screen.getByRole('button', { name }));
    await settle();
  };

  it('is read again as a whole after a change, on a look and as time passes', async () => {
    show(
      <Names
        change={async () => {
          names = ['A', 'b', 'c'];
        }}
      />,
    );
    await settle();
    await click('Show more');
    expect(shown()).toEqual(['a', 'b', 'c']);
    await click('Change');
    expect(shown()).toEqual(['A', 'b', 'c']);
    names = ['A', 'b', 'C'];
    await pass(16); // what was read is fresh for 15 seconds
    fireEvent(document, new Event('visibilitychange', { bubbles: true }));
    await settle();
    expect(shown()).toEqual(['A', 'b', 'C']);
    // Two pages are read again every two minutes, and never is there less of it meanwhile.
    names = ['A', 'B', 'C'];
    await pass(119);
    expect(shown()).toEqual(['A', 'b', 'C']);
    await pass(1);
    expect(shown()).toEqual(['A', 'B', 'C']);
    expect(screen.queryByRole('button', { name: 'Show more' })).toBeNull();
  });

  it('stays until another one is there', async () => {
    let answer = (_: Page<string>) => {};
    function Narrowed() {
      const [by, setBy] = useState('');
      const list = usePages<string>(['narrowed', by], async () =>
        by === ''
          ? { items: ['a', 'b'] }
          : new Promise<Page<string>>(resolve => {
              answer = resolve;
            }),
      );
      return (
        <>
          <ul>
            {list.data?.map(name => (
              <li key={name}>{name}</li>
            ))}
          </ul>
          <button onClick={() => setBy('b')}>Narrow</button>
        </>
      );
    }
    show(<Narrowed />);
    await settle();
    await click('Narrow');
    expect(shown()).toEqual(['a', 'b']);
    answer({ items: ['b'] });
    await settle();
    expect(shown()).toEqual(['b']);
  });

  it('is no answer to another question where it is empty', async () => {
    function Searched() {
      const [by, setBy] = useState('x');
      const list = usePages<string>(['searched', by], async () =>
        by === 'x' ? { items: [] } : new Promise<Page<string>>(() => {}),
      );
      return (
        <>
          <p>{list.data ? 'none fits' : 'asking'}</p>
          <button onClick={() => setBy('a')}>Correct</button>
        </>
      );
    }
    show(<Searched />);
    await settle();
    expect(screen.getByText('none fits')).toBeInTheDocument();
    await click('Correct');
    expect(screen.getByText('asking')).toBeInTheDocument();
  });

  it('is read as far as is asked for', async () => {
    show(<Names until={found => found.includes('c')} />);
    await settle();
    await settle(); // the second page
    expect(shown()).toEqual(['a', 'b', 'c']);
  });

  it('is not read further where that is enough', async () => {
    show(<Names until={found => found.includes('b')} />);
    await settle();
    await settle();
    expect(shown()).toEqual(['a', 'b']);
  });
});

it('begins the next change from what the last one answered, where that cannot be read again', async () => {
  const sent: number[] = [];
  function Counter() {
    const read = useRead(['counter'], async () => {
      if (sent.length > 0) {
        throw new TypeError('Failed to fetch');
      }
      return { version: 1 };
    });
    const add = useChange(
      async (_, seen: { version: number }) => {
        sent.push(seen.version);
        return { version: seen.version + 1 };
      },
      { touches: [['counter']], becomes: ['counter'] },
    );
    return (
      <button onClick={() => read.data && add.mutate(read.data)}>Add</button>
    );
  }
  show(<Counter />);
  await settle();
  for (let i = 0; i < 2; i += 1) {
    fireEvent.click(screen.getByRole('button', { name: 'Add' }));
    await settle();
  }
  expect(sent).toEqual([1, 2]);
});
