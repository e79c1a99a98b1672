import {
  type Channel,
  ChannelException,
  ChannelGroupException,
  type ChannelGroupFuture,
  DefaultChannelGroup,
  EmbeddedChannel,
} from '../../src/index.js';
import { opened } from '../support/opened.js';
import { polls } from '../support/within.js';

/** A channel that keeps its writes pending until the test settles them. */
class Held extends EmbeddedChannel {
  readonly failures: Error[] = [];
  constructor() {
    super({ flush: () => undefined });
    opened(this);
    this.pipeline.unhandled = { failure: (_channel, cause) => void this.failures.push(cause) };
  }
  succeed(): void {
    this.outboundBuffer?.addFlush();
    this.outboundBuffer?.remove();
  }
  fail(cause: Error): void {
    this.outboundBuffer?.addFlush();
    this.outboundBuffer?.removeFailed(cause);
  }
}

function broadcast(): { group: DefaultChannelGroup; future: ChannelGroupFuture; a: Held; b: Held; c: Held } {
  const group = new DefaultChannelGroup('room');
  const [a, b, c] = [new Held(), new Held(), new Held()];
  for (const channel of [a, b, c]) group.add(channel);
  return { group, future: group.write('x'), a, b, c };
}

test('of nobody: done at once', async () => {
  const future = new DefaultChannelGroup().writeAndFlush('x');
  expect([
    future.isDone,
    future.isSuccess,
    future.isPartialSuccess,
    future.isPartialFailure,
    future.size,
  ]).toEqual([true, true, false, false, 0]);
  await future;
});

test('all succeed', async () => {
  const { future, group, a, b, c } = broadcast();
  const states: boolean[][] = [];
  const look = (): unknown =>
    states.push([future.isDone, future.isSuccess, future.isPartialSuccess, future.isPartialFailure]);
  for (const channel of [a, b, c]) {
    look();
    channel.succeed();
  }
  look();
  expect(states).toEqual([
    [false, false, false, false],
    [false, false, true, false],
    [false, false, true, false],
    [true, true, false, false],
  ]);
  expect([future.group, future.cause]).toEqual([group, null]);
  expect(await future).toBeUndefined();
});

test('some fail: done when all are, with everybody who failed', async () => {
  const { future, a, b, c } = broadcast();
  const [lost, gone] = [new Error('lost'), new Error('gone')];
  c.fail(gone);
  expect([future.isDone, future.isPartialFailure, future.cause]).toEqual([false, true, null]);
  a.fail(lost);
  b.succeed();
  expect([future.isDone, future.isSuccess, future.isPartialSuccess, future.isPartialFailure]).toEqual([
    true,
    false,
    true,
    true,
  ]);
  const cause = future.cause as ChannelGroupException;
  expect(cause).toBeInstanceOf(ChannelGroupException);
  expect(cause).toBeInstanceOf(ChannelException);
  expect(cause.code).toBe('ERR_CHANNEL_GROUP');
  expect([...cause]).toEqual([
    [a, lost],
    [c, gone],
  ]);
  expect(cause.message).toMatch(/^The operation failed for 2 of 3 channels; the first: \[id: 0x.*\]: lost\./);
  expect(cause.cause).toBe(lost);
  await expect(future).rejects.toBe(cause);
  await expect(future.catch((error) => error)).resolves.toBe(cause);
  await expect(future.finally(() => {})).rejects.toBe(cause);
});

test('all fail: no partial failure', () => {
  const { future, a, b, c } = broadcast();
  for (const channel of [a, b, c]) channel.fail(new Error('no'));
  expect([future.isPartialFailure, future.cause?.failures.length]).toEqual([false, 3]);
});

test('a cancelled part counts as failed', () => {
  const { future, a, b, c } = broadcast();
  expect(future.find(b)?.cancel()).toBe(true);
  a.succeed();
  c.succeed();
  expect(future.cause?.failures).toEqual([[b, expect.objectContaining({ code: 'ERR_CANCELLED' })]]);
});

test('find and iterate give the parts', () => {
  const { future, a, b, c } = broadcast();
  expect([...future].map((part) => part.channel)).toEqual([a, b, c]);
  expect(future.find(b)?.channel).toBe(b);
  expect(future.find(new EmbeddedChannel())).toBeUndefined();
});

test('listeners: in order, also late ones; what one throws is kept from the others', () => {
  const { future, a, b, c } = broadcast();
  const log: string[] = [];
  const dropped = (): unknown => log.push('dropped');
  future.addListener((done) => {
    log.push(`first ${done === future}`);
    future.addListener(() => log.push('added within'));
    throw new Error('listener');
  });
  future
    .addListener(dropped)
    .addListener(() => log.push('second'))
    .removeListener(dropped);
  for (const channel of [a, b, c]) channel.succeed();
  future.addListener(() => log.push('late'));
  expect(log).toEqual(['first true', 'second', 'added within', 'late']);
});

describe('a failure nobody looks at', () => {
  const failures = async (look: (future: ChannelGroupFuture) => unknown): Promise<number[]> => {
    const { future, a, b, c } = broadcast();
    look(future);
    a.fail(new Error('lost'));
    b.succeed();
    c.fail(new Error('gone'));
    await polls(2);
    return [a, b, c].map((channel: Held & Channel) => channel.failures.length);
  };
  test('is reported to the channels it concerns', async () => {
    expect(await failures(() => {})).toEqual([1, 0, 1]);
  });
  test('is not, when somebody listens or awaits', async () => {
    expect(await failures((future) => future.addListener(() => {}))).toEqual([0, 0, 0]);
    expect(await failures((future) => future.catch(() => {}))).toEqual([0, 0, 0]);
  });
});
