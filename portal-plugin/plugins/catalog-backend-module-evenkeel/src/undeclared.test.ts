import { undeclaredOf, type Seen } from './undeclared';

const seen = (name: string, more: Partial<Seen> = {}): Seen => ({
  kind: 'component',
  ref: `component:default/${name}`,
  origin: 'file:/one.yaml',
  open: false,
  ...more,
});

/** Names of those that nobody declares, and of whom was asked. */
async function found(all: Seen[], parents: Record<string, number>) {
  const asked: string[] = [];
  const names = (refs: string[]) => refs.map(ref => ref.split('/')[1]);
  const gone = await undeclaredOf(all, async ref => {
    asked.push(ref);
    return parents[ref.split('/')[1]] ?? 0;
  });
  return { gone: names(gone), asked: names(asked) };
}

describe('who came to the place of another', () => {
  const both = [seen('wallet'), seen('purse', { open: true })];

  it('is it, where its file declares the one alone', async () => {
    const { gone } = await found(both, { purse: 1 });
    expect(gone).toEqual(['wallet']);
  });

  it('is not, where both are declared', async () => {
    const { gone } = await found(both, { purse: 1, wallet: 1 });
    expect(gone).toEqual([]);
  });

  it('is not, where a provider tells both by itself', async () => {
    expect((await found(both, {})).gone).toEqual([]);
  });

  it('is gone itself, where its file names it so no more', async () => {
    expect((await found(both, { wallet: 1 })).gone).toEqual(['purse']);
  });

  it('is it among several, where an annotation says so', async () => {
    const { gone, asked } = await found(
      [
        ...[seen('wallet'), seen('ledger'), seen('mailer')],
        seen('purse', { open: true, slug: 'wallet' }),
      ],
      { purse: 1 },
    );
    expect(gone).toEqual(['wallet']);
    expect(asked).toEqual(['purse', 'wallet']);
  });
});

it('asks of nobody where nothing is open, nor of several or what is elsewhere', async () => {
  const open = { open: true };
  for (const all of [
    [seen('wallet'), seen('purse')],
    [seen('wallet'), seen('ledger'), seen('purse', open)],
    [seen('wallet'), seen('purse', { ...open, origin: 'file:/other.yaml' })],
    [seen('wallet'), seen('purse', { ...open, kind: 'system' })],
    [seen('wallet', { origin: '' }), seen('purse', { ...open, origin: '' })],
  ]) {
    expect(await found(all, { purse: 1 })).toEqual({ gone: [], asked: [] });
  }
});
