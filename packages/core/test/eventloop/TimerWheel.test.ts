import { setLogger, TimerWheel, type WheelClock } from '@sluice/core';

/** A clock that stands until it is moved, with the one timer that a wheel may have. */
class FakeClock implements WheelClock {
  time = 0;
  /** Timers set in all. */
  armed = 0;
  #timer: { readonly fire: () => void; readonly at: number } | undefined;

  now(): number {
    return this.time;
  }
  set(fire: () => void, delay: number): unknown {
    expect(this.#timer).toBeUndefined();
    expect(delay).toBeGreaterThanOrEqual(0);
    this.armed++;
    this.#timer = { fire, at: this.time + delay };
    return this.#timer;
  }
  clear(timer: unknown): void {
    expect(timer).toBe(this.#timer);
    this.#timer = undefined;
  }
  /** When the timer fires; `null` when none is set. */
  get timerAt(): number | null {
    return this.#timer?.at ?? null;
  }
  /** The runtime is late: its timer fires at `time` and not before. */
  fireLate(time: number): void {
    const timer = this.#timer;
    this.#timer = undefined;
    this.time = time;
    timer?.fire();
  }
  advanceTo(time: number): void {
    for (let timer = this.#timer; timer !== undefined && timer.at <= time; timer = this.#timer) {
      this.time = timer.at;
      this.#timer = undefined;
      timer.fire();
    }
    this.time = time;
  }
}

let clock: FakeClock;
let wheel: TimerWheel;
let ran: string[];
let failures: unknown[];
beforeEach(() => {
  clock = new FakeClock();
  failures = [];
  wheel = new TimerWheel({ onError: (error) => failures.push(error), clock });
  ran = [];
});

const note = (what: string) => (): void => void ran.push(`${what} at ${clock.time}`);

test.each([
  [0, 0, 0],
  [0, 1, 10],
  [0, 10, 10],
  [0, 10.5, 20],
  [3, 7, 10],
  [3, 8, 20],
  [5, -4, 10],
])('at %d a delay of %d is rounded up to %d', (start, delay, due) => {
  clock.time = start;
  wheel.schedule(note('x'), delay);
  expect(clock.timerAt).toBe(due);
  clock.advanceTo(100);
  expect(ran).toEqual([`x at ${due}`]);
});

test('tasks run by deadline, those of one tick in the order they were made', () => {
  wheel.schedule(note('late'), 35);
  wheel.schedule(note('early b'), 19);
  wheel.schedule(note('early a'), 12);
  wheel.schedule(note('middle'), 21);
  clock.advanceTo(1000);
  expect(ran).toEqual(['early b at 20', 'early a at 20', 'middle at 30', 'late at 40']);
});

test('one runtime timer serves all, set for the nearest deadline', () => {
  wheel.schedule(note('far'), 1000);
  expect(clock.timerAt).toBe(1000);
  wheel.schedule(note('near'), 50);
  expect(clock.timerAt).toBe(50);
  wheel.schedule(note('between'), 500);
  expect([clock.timerAt, clock.armed]).toEqual([50, 2]);
  clock.advanceTo(50);
  expect([ran, clock.timerAt, wheel.size]).toEqual([['near at 50'], 500, 2]);
});

test('nothing is left when the last task has run or was cancelled', () => {
  wheel.schedule(note('a'), 10);
  const b = wheel.schedule(note('b'), 20);
  clock.advanceTo(10);
  expect([wheel.size, clock.timerAt]).toEqual([1, 20]);
  expect(b.cancel()).toBe(true);
  expect([wheel.size, clock.timerAt]).toEqual([0, null]);
  wheel.schedule(note('c'), 10);
  expect([wheel.size, clock.timerAt]).toEqual([1, 20]);
  clock.advanceTo(100);
  expect([ran, wheel.size, clock.timerAt]).toEqual([['a at 10', 'c at 20'], 0, null]);
});

test('cancelling tells whether it came in time', () => {
  const task = wheel.schedule(note('a'), 10);
  const other = wheel.schedule(note('b'), 10);
  expect([task.isDone, task.isCancelled]).toEqual([false, false]);
  expect([task.cancel(), task.cancel(), task.isDone, task.isCancelled]).toEqual([true, false, true, true]);
  clock.advanceTo(10);
  expect([other.isDone, other.isCancelled, other.cancel()]).toEqual([true, false, false]);
  expect(ran).toEqual(['b at 10']);
});

test('a task may cancel others of its own tick', () => {
  wheel.schedule(() => later.cancel(), 10);
  const later = wheel.schedule(note('later'), 10);
  wheel.schedule(note('last'), 10);
  clock.advanceTo(100);
  expect([ran, wheel.size]).toEqual([['last at 10'], 0]);
});

test('a task that schedules itself for now runs in the next tick, not for ever', () => {
  let runs = 0;
  const again = (): void => {
    if (++runs < 5) wheel.schedule(again, 0);
    note(`${runs}`)();
  };
  wheel.schedule(again, 10);
  clock.advanceTo(100);
  expect(ran).toEqual(['1 at 10', '2 at 20', '3 at 30', '4 at 40', '5 at 50']);
});

test('a task that throws is reported and the others run', () => {
  const boom = new Error('boom');
  wheel.schedule(() => {
    throw boom;
  }, 10);
  wheel.schedule(note('after'), 10);
  clock.advanceTo(10);
  expect([failures, ran]).toEqual([[boom], ['after at 10']]);
});

test('a late timer runs everything that is overdue, in order', () => {
  for (const delay of [30, 10, 20]) wheel.schedule(note(`${delay}`), delay);
  clock.fireLate(25);
  expect(ran).toEqual(['10 at 25', '20 at 25']);
  clock.advanceTo(1000);
  expect(ran).toEqual(['10 at 25', '20 at 25', '30 at 30']);
});

test('deadlines beyond the runtime timer limit are waited for in steps', () => {
  wheel.schedule(note('far'), 3 * 2 ** 31);
  expect(clock.timerAt).toBe(2 ** 31 - 1);
  clock.advanceTo(4 * 2 ** 31);
  expect(ran).toHaveLength(1);
  expect(Number(ran[0]?.slice('far at '.length))).toBeGreaterThanOrEqual(3 * 2 ** 31);
});

test('100,000 tasks run once each, in order, and re-arming one in ten costs no timer each', () => {
  const delays = Array.from({ length: 100_000 }, (_, i) => (i * 7919) % 60_000);
  let last = -1;
  let count = 0;
  let outOfOrder = 0;
  const tasks = delays.map((delay) =>
    wheel.schedule(() => {
      const tick = Math.ceil(delay / 10);
      if (tick < last) outOfOrder++;
      last = tick;
      count++;
    }, delay),
  );
  for (let i = 0; i < tasks.length; i += 10) tasks[i]?.cancel();
  expect([wheel.size, clock.armed]).toEqual([90_000, 1]);
  clock.advanceTo(60_000);
  expect([count, outOfOrder, wheel.size, clock.timerAt]).toEqual([90_000, 0, 0, null]);
  expect(clock.armed).toBeLessThanOrEqual(6002);
});

test('takes no more than maxPending tasks at a time', () => {
  const small = new TimerWheel({ maxPending: 2, clock });
  const first = small.schedule(note('a'), 10);
  small.schedule(note('b'), 10);
  expect(() => small.schedule(note('c'), 10)).toThrow(
    expect.objectContaining({
      code: 'ERR_REJECTED_EXECUTION',
      message: expect.stringMatching(
        /^Number of pending timeouts \(3\) is greater than or equal to maximum allowed pending timeouts \(2\)/,
      ),
    }),
  );
  first.cancel();
  small.schedule(note('d'), 10);
  clock.advanceTo(10);
  small.schedule(note('e'), 10);
  clock.advanceTo(20);
  expect(ran).toEqual(['b at 10', 'd at 10', 'e at 20']);
});

test('stop() cancels and returns what waits, and nothing can be scheduled afterwards', () => {
  const gone = wheel.schedule(note('a'), 10);
  const left = [wheel.schedule(note('b'), 20), wheel.schedule(note('c'), 5000)];
  clock.advanceTo(10);
  expect(new Set(wheel.stop())).toEqual(new Set(left));
  expect(left.map((task) => [task.isCancelled, task.isDone, task.cancel()])).toEqual([
    [true, true, false],
    [true, true, false],
  ]);
  expect([gone.isCancelled, wheel.size, clock.timerAt, wheel.stop()]).toEqual([false, 0, null, []]);
  expect(() => wheel.schedule(note('d'), 1)).toThrow(expect.objectContaining({ code: 'ERR_ILLEGAL_STATE' }));
  clock.advanceTo(10_000);
  expect(ran).toEqual(['a at 10']);
});

test('a task may stop the wheel: those of its own tick do not run either', () => {
  wheel.schedule(() => void note(`${wheel.stop().length} left`)(), 10);
  wheel.schedule(note('same tick'), 10);
  wheel.schedule(note('later'), 30);
  clock.advanceTo(100);
  expect([ran, wheel.size]).toEqual([['2 left at 10'], 0]);
});

test.each([{ tick: 0 }, { tick: Number.NaN }, { tick: Infinity }, { maxPending: 0 }, { maxPending: -1 }])(
  'refuses %p',
  (options) => {
    expect(() => new TimerWheel(options)).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }));
  },
);

test('without onError a task that throws is logged', () => {
  const warn = jest.fn();
  setLogger({ debug() {}, info() {}, error() {}, warn });
  try {
    const own = new TimerWheel({ clock });
    const err = new Error('boom');
    own.schedule(() => {
      throw err;
    }, 10);
    clock.advanceTo(10);
    expect(warn).toHaveBeenCalledWith({ err }, 'A task of a TimerWheel raised an exception');
  } finally {
    setLogger();
  }
});
