import { Losses } from '../../chaos/losses';

describe('the losses of the fault bench', () => {
  test('are those of each run, and a fault that took nothing is taken back', () => {
    const losses = new Losses();
    losses.note('a', ['items']);
    losses.note('b', ['queue', 'records']);
    const takeBack = losses.note('a', ['items', 'expired']);
    expect(losses.of('a')).toEqual(new Set(['items', 'expired']));
    takeBack();
    expect(losses.of('a')).toEqual(new Set(['items']));
    expect(losses.of('b')).toEqual(new Set(['queue', 'records']));
    expect(losses.of('c')).toEqual(new Set());
  });

  test('are items too if what has expired was refused as a dead letter, then or later, by the same broker', () => {
    const losses = new Losses();
    losses.noteRefusal('other');
    losses.note('a', ['expired'], 'broker');
    losses.note('b', ['queue'], 'broker');
    expect(losses.of('a')).toEqual(new Set(['expired']));
    const over = losses.noteRefusal('broker');
    expect(losses.of('a')).toEqual(new Set(['expired', 'items']));
    over();
    expect(losses.of('a')).toEqual(new Set(['expired', 'items']));
    expect(losses.of('b')).toEqual(new Set(['queue']));
  });

  test('name the queues that may be missing', () => {
    const losses = new Losses();
    losses.noteDeleted('a', 'a.ledger');
    losses.noteDeleted('a', 'a.ledger');
    losses.noteDeleted('a', 'a.dead');
    expect(losses.deletedOf('a')).toEqual(['a.ledger', 'a.dead']);
    expect(losses.deletedOf('b')).toEqual([]);
  });
});
