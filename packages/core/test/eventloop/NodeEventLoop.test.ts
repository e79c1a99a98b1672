import { type EventLoop, type Logger, NodeEventLoop, nodeEventLoop, setLogger } from '@sluice/core';
import { MAX_DELAY } from '../../src/eventloop/EventLoop.js';

const immediate = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
let loop: NodeEventLoop;
beforeEach(() => {
  loop = new NodeEventLoop();
});

/** Runs `action` with a logger that keeps its warnings. */
async function warningsOf(action: () => unknown): Promise<jest.Mock> {
  const warn = jest.fn();
  setLogger({ debug() {}, info() {}, warn, error() {} } satisfies Logger);
  await action();
  setLogger();
  return warn;
}

test('there is one loop for all sockets', () => {
  expect(nodeEventLoop).toBeInstanceOf(NodeEventLoop);
  expect((nodeEventLoop as EventLoop).inEventLoop).toBe(true);
});

describe('execute', () => {
  test('runs tasks in order, in the next tick, with those they queue', async () => {
    const ran: string[] = [];
    loop.execute(() => {
      ran.push('a');
      loop.execute(() => ran.push('c'));
    });
    loop.execute(() => ran.push('b'));
    expect(ran).toEqual([]);
    await new Promise<void>((resolve) => process.nextTick(resolve));
    expect(ran).toEqual(['a', 'b', 'c']);
  });

  test('runs 1024 tasks in one go, then lets I/O have its turn', async () => {
    let count = 0;
    let atFirstImmediate = -1;
    for (let i = 0; i < 3000; i++) loop.execute(() => void count++);
    setImmediate(() => {
      atFirstImmediate = count;
    });
    await immediate();
    expect(atFirstImmediate).toBe(1024);
    while (count < 3000) await immediate();
    expect(count).toBe(3000);
  });

  test('does not starve I/O when tasks queue tasks for ever', async () => {
    let stop = false;
    let rounds = 0;
    const again = (): void => {
      rounds++;
      if (!stop) loop.execute(again);
    };
    loop.execute(again);
    for (let i = 0; i < 3; i++) await immediate();
    stop = true;
    expect(rounds).toBeGreaterThanOrEqual(2 * 1024);
    expect(rounds).toBeLessThanOrEqual(5 * 1024);
    await immediate();
  });

  test('tasks that come while others wait for their turn keep the order', async () => {
    const order: number[] = [];
    for (let i = 0; i < 1500; i++) loop.execute(() => void order.push(i));
    setImmediate(() => loop.execute(() => void order.push(1500)));
    while (order.length < 1501) await immediate();
    expect(order).toEqual(Array.from({ length: 1501 }, (_, i) => i));
  });

  test('a task that throws is logged and the next runs', async () => {
    const boom = new Error('boom');
    const ran = jest.fn();
    const warn = await warningsOf(() => {
      loop.execute(() => {
        throw boom;
      });
      loop.execute(ran);
      return immediate();
    });
    expect(ran).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls).toEqual([[{ err: boom }, 'A task raised an exception']]);
  });
});

describe('timers', () => {
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  });
  afterEach(() => jest.useRealTimers());

  test('run once after their delay', () => {
    const ran = jest.fn();
    const task = loop.schedule(ran, 10);
    jest.advanceTimersByTime(9);
    expect([ran.mock.calls.length, task.isDone]).toEqual([0, false]);
    jest.advanceTimersByTime(1);
    expect([ran.mock.calls.length, task.isDone, task.cancel()]).toEqual([1, true, false]);
    jest.advanceTimersByTime(100);
    expect(ran).toHaveBeenCalledTimes(1);
  });

  test('do not run once cancelled', () => {
    const ran = jest.fn();
    const task = loop.schedule(ran, 10);
    expect([task.cancel(), task.cancel(), task.isCancelled, task.isDone]).toEqual([true, false, true, true]);
    jest.advanceTimersByTime(100);
    expect(ran).not.toHaveBeenCalled();
    expect(jest.getTimerCount()).toBe(0);
  });

  test('of more than 24 days do not fire at once', () => {
    const ran = jest.fn();
    const task = loop.schedule(ran, MAX_DELAY * 2);
    jest.advanceTimersByTime(1000);
    expect(ran).not.toHaveBeenCalled();
    task.cancel();
  });

  test.each([
    { kind: 'at a fixed rate keep to the planned times', at: [5, 15, 25, 35] },
    { kind: 'with a fixed delay count from the end of a run', at: [5, 19, 33, 47] },
  ])('$kind', ({ kind, at }) => {
    // Each run takes 4 ms.
    let busy = 0;
    const faked = performance.now.bind(performance);
    const now = jest.spyOn(performance, 'now').mockImplementation(() => faked() + busy);
    const start = loop.now;
    const ran: number[] = [];
    const run = (): void => {
      ran.push(Math.round(loop.now - start));
      busy += 4;
    };
    const task = kind.includes('rate')
      ? loop.scheduleAtFixedRate(run, 5, 10)
      : loop.scheduleWithFixedDelay(run, 5, 10);
    while (ran.length < 4) jest.advanceTimersByTime(1);
    expect([ran, task.cancel()]).toEqual([at, true]);
    expect(jest.getTimerCount()).toBe(0);
    now.mockRestore();
  });

  test('that are periodic end when they throw', async () => {
    let runs = 0;
    const warn = await warningsOf(() => {
      const task = loop.scheduleAtFixedRate(
        () => {
          runs++;
          throw new Error('boom');
        },
        1,
        1,
      );
      jest.advanceTimersByTime(50);
      expect(task.isDone).toBe(true);
    });
    expect([runs, warn.mock.calls.length]).toEqual([1, 1]);
  });

  test('refuse an interval that is not above 0', () => {
    expect(() => loop.scheduleAtFixedRate(() => {}, 1, 0)).toThrow('period: 0 (expected: > 0)');
    expect(() => loop.scheduleWithFixedDelay(() => {}, 1, -1)).toThrow('delay: -1 (expected: > 0)');
    expect(jest.getTimerCount()).toBe(0);
  });

  test('that are coarse share one wheel and leave nothing behind', () => {
    const ran = jest.fn();
    expect(loop.coarseTimers).toBe(0);
    loop.scheduleCoarse(ran, 10);
    const cancelled = loop.scheduleCoarse(ran, 10);
    expect([loop.coarseTimers, jest.getTimerCount()]).toEqual([2, 1]);
    cancelled.cancel();
    jest.advanceTimersByTime(30);
    expect([ran.mock.calls.length, loop.coarseTimers, jest.getTimerCount()]).toEqual([1, 0, 0]);
  });
});

test('within a dispatch the clock is read once', () => {
  const now = jest.spyOn(performance, 'now');
  now.mockReturnValue(100);
  loop.enterDispatch();
  expect(loop.now).toBe(100);
  now.mockReturnValue(200);
  loop.enterDispatch();
  expect(loop.now).toBe(100);
  loop.leaveDispatch();
  expect(loop.now).toBe(100);
  loop.leaveDispatch();
  expect(loop.now).toBe(200);
  now.mockRestore();
});
