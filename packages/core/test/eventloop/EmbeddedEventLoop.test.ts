import { EmbeddedEventLoop } from '@sluice/core';

let loop: EmbeddedEventLoop;
let ran: string[];
beforeEach(() => {
  loop = new EmbeddedEventLoop();
  loop.freezeTime();
  ran = [];
});

const note = (what: string) => (): void => void ran.push(what);

/** Lets `ms` pass in one leap and runs what is due. */
function leap(ms: number): void {
  loop.advanceTimeBy(ms);
  loop.runScheduledTasks();
}

test('tasks run in order, with those they queue, when told to', () => {
  loop.execute(() => {
    ran.push('a');
    loop.execute(note('c'));
  });
  loop.execute(note('b'));
  expect([ran, loop.hasPendingTasks, loop.inEventLoop]).toEqual([[], true, true]);
  loop.runTasks();
  expect([ran, loop.hasPendingTasks]).toEqual([['a', 'b', 'c'], false]);
});

test('a task that throws is thrown; the rest runs the next time', () => {
  loop.execute(() => {
    throw new Error('boom');
  });
  loop.execute(note('after'));
  expect(() => loop.runTasks()).toThrow('boom');
  expect(ran).toEqual([]);
  loop.runTasks();
  expect(ran).toEqual(['after']);
});

test('100,000 tasks take no quadratic time', () => {
  let count = 0;
  for (let i = 0; i < 100_000; i++) loop.execute(() => void count++);
  loop.runTasks();
  expect(count).toBe(100_000);
});

test('timers run by time, then by creation', () => {
  loop.schedule(note('20'), 20);
  loop.schedule(note('10 first'), 10);
  loop.schedule(note('10 second'), 10);
  expect([loop.scheduledTasks, loop.nextDelay()]).toEqual([3, 10]);
  leap(9);
  expect([ran, loop.nextDelay()]).toEqual([[], 1]);
  leap(1);
  expect(ran).toEqual(['10 first', '10 second']);
  leap(100);
  expect([ran, loop.nextDelay(), loop.scheduledTasks]).toEqual([['10 first', '10 second', '20'], -1, 0]);
});

test('a timer in the past is due now', () => {
  loop.schedule(note('past'), -5);
  expect(loop.hasPendingTasks).toBe(true);
  expect(loop.runScheduledTasks()).toBe(-1);
  expect(ran).toEqual(['past']);
});

test('a coarse timer is exact', () => {
  loop.scheduleCoarse(note('coarse'), 7);
  leap(6);
  expect(ran).toEqual([]);
  leap(1);
  expect(ran).toEqual(['coarse']);
});

describe('cancel', () => {
  test('keeps a timer from running and tells whether it did', () => {
    const task = loop.schedule(note('never'), 10);
    expect([task.isDone, task.isCancelled]).toEqual([false, false]);
    expect([task.cancel(), task.cancel()]).toEqual([true, false]);
    expect([task.isDone, task.isCancelled, loop.scheduledTasks]).toEqual([true, true, 0]);
    leap(100);
    expect(ran).toEqual([]);
  });

  test('is too late once it has run', () => {
    const task = loop.schedule(note('ran'), 10);
    leap(10);
    expect([task.isDone, task.cancel(), task.isCancelled]).toEqual([true, false, false]);
  });

  test('works on all timers at once', () => {
    const tasks = [loop.schedule(note('a'), 1), loop.scheduleAtFixedRate(note('b'), 1, 1)];
    loop.cancelScheduledTasks();
    leap(100);
    expect([ran, tasks.map((task) => task.isCancelled)]).toEqual([[], [true, true]]);
  });
});

describe('periodic tasks', () => {
  test('at a fixed rate keep to the planned times', () => {
    const start = loop.now;
    loop.scheduleAtFixedRate(
      () => {
        ran.push(`${loop.now - start}`);
        if (ran.length === 1) loop.advanceTimeBy(15);
      },
      10,
      10,
    );
    leap(10);
    expect(ran).toEqual(['10']);
    leap(0);
    expect(ran).toEqual(['10', '25']);
    leap(5);
    expect(ran).toEqual(['10', '25', '30']);
  });

  test('with a fixed delay wait from the end of a run', () => {
    const start = loop.now;
    loop.scheduleWithFixedDelay(
      () => {
        ran.push(`${loop.now - start}`);
        loop.advanceTimeBy(3);
      },
      10,
      10,
    );
    leap(10);
    leap(9);
    expect(ran).toEqual(['10']);
    leap(1);
    expect(ran).toEqual(['10', '23']);
  });

  test('end when cancelled from within, or when they throw', () => {
    const once = loop.scheduleAtFixedRate(
      () => {
        ran.push('once');
        once.cancel();
      },
      1,
      1,
    );
    leap(10);
    expect([ran, loop.scheduledTasks]).toEqual([['once'], 0]);
    const thrown = loop.scheduleAtFixedRate(
      () => {
        throw new Error('boom');
      },
      1,
      1,
    );
    expect(() => leap(10)).toThrow('boom');
    expect([thrown.isDone, loop.scheduledTasks]).toEqual([true, 0]);
  });

  test.each([0, -1, Number.NaN])('refuse an interval of %d', (ms) => {
    const refused = (name: string) =>
      expect.objectContaining({ code: 'ERR_OUT_OF_RANGE', message: `${name}: ${ms} (expected: > 0)` });
    expect(() => loop.scheduleAtFixedRate(() => {}, 1, ms)).toThrow(refused('period'));
    expect(() => loop.scheduleWithFixedDelay(() => {}, 1, ms)).toThrow(refused('delay'));
  });
});

describe('the clock', () => {
  test('follows real time until it is frozen, and goes on from where it stood', () => {
    const base = 1000;
    const now = jest.spyOn(performance, 'now').mockReturnValue(base);
    const real = new EmbeddedEventLoop();
    const start = real.now;
    now.mockReturnValue(base + 50);
    expect(real.now - start).toBeCloseTo(50);
    real.freezeTime();
    now.mockReturnValue(base + 1000);
    expect(real.now - start).toBeCloseTo(50);
    real.advanceTimeBy(5);
    expect(real.now - start).toBeCloseTo(55);
    real.freezeTime();
    real.unfreezeTime();
    now.mockReturnValue(base + 1010);
    expect(real.now - start).toBeCloseTo(65);
    real.unfreezeTime();
    real.advanceTimeBy(100);
    expect(real.now - start).toBeCloseTo(165);
    now.mockRestore();
  });

  test('stops at a whole millisecond, so that whole delays add up exactly', () => {
    const now = jest.spyOn(performance, 'now').mockReturnValue(0);
    const real = new EmbeddedEventLoop();
    now.mockReturnValue(12.3456789);
    const due = real.schedule(() => {}, 0);
    real.freezeTime();
    now.mockRestore();
    expect(real.now).toBe(13);
    real.runScheduledTasks();
    expect(due.isDone).toBe(true);
  });

  test('moves to the next timer that is due in time', () => {
    loop.schedule(note('x'), 0.1);
    loop.schedule(note('y'), 5);
    const start = loop.now;
    expect(loop.advanceToNext(start + 1)).toBe(true);
    loop.runScheduledTasks();
    expect(ran).toEqual(['x']);
    expect(loop.advanceToNext(start + 1)).toBe(false);
  });
});
