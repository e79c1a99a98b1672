import fc from 'fast-check';
import { type EmbeddedChannel, EmbeddedEventLoop, FixedChannelPool } from '../../src/index.js';
import { expectNoUnhandledRejections, FakeBootstrap, turn } from './fakes.js';

expectNoUnhandledRejections();

/** A fixed seed: a failure on one machine is the same failure on the next. Set FAST_CHECK_SEED for others. */
const SEED = Number(process.env.FAST_CHECK_SEED ?? 42);
const TIMEOUT = 100;

const STEPS = [
  'acquire',
  'abort',
  'connect',
  'refuse',
  'check',
  'sicken',
  'release',
  'break',
  'wait',
  'turn',
] as const;

/** A pool whose connects and health checks end when the test says so, and what its users hold. */
class World {
  readonly bootstrap = new FakeBootstrap();
  readonly loop = new EmbeddedEventLoop();
  readonly held: EmbeddedChannel[] = [];
  readonly aborts: AbortController[] = [];
  readonly checks: ((healthy: boolean) => void)[] = [];
  settled = 0;
  asked = 0;
  handlerHolds = 0;
  readonly pool: FixedChannelPool<EmbeddedChannel>;

  constructor(readonly maxConnections: number) {
    this.bootstrap.manual = true;
    this.loop.freezeTime();
    this.pool = new FixedChannelPool({
      bootstrap: this.bootstrap,
      handler: {
        channelCreated: () => {},
        channelAcquired: () => {
          this.handlerHolds++;
        },
        channelReleased: () => {
          this.handlerHolds--;
        },
      },
      healthCheck: () => new Promise<boolean>((resolve) => this.checks.push(resolve)),
      maxConnections,
      maxPendingAcquires: 4,
      acquireTimeout: TIMEOUT,
      eventLoop: this.loop,
    });
  }

  async step(step: (typeof STEPS)[number], which: number): Promise<void> {
    const of = <T>(list: T[]): T[] => (list.length === 0 ? [] : list.splice(which % list.length, 1));
    if (step === 'acquire') this.#acquire();
    for (const abort of step === 'abort' ? of(this.aborts) : []) abort.abort(new Error('aborted'));
    for (const attempt of step === 'connect' ? of(this.bootstrap.attempts) : []) attempt.connected();
    for (const attempt of step === 'refuse' ? of(this.bootstrap.attempts) : [])
      attempt.failed(new Error('refused'));
    for (const answer of step === 'check' ? of(this.checks) : []) answer(true);
    for (const answer of step === 'sicken' ? of(this.checks) : []) answer(false);
    for (const channel of step === 'release' ? of(this.held) : []) this.pool.release(channel);
    if (step === 'break') this.bootstrap.channels[which % (this.bootstrap.channels.length || 1)]?.close();
    if (step === 'wait') {
      this.loop.advanceTimeBy(TIMEOUT / 2);
      this.loop.runScheduledTasks();
    }
    if (step === 'turn') await turn();
  }

  #acquire(): void {
    const abort = new AbortController();
    this.aborts.push(abort);
    this.asked++;
    this.pool.acquire({ signal: abort.signal }).then(
      (channel) => {
        this.settled++;
        this.held.push(channel);
      },
      () => this.settled++,
    );
  }

  /** Lets everything come to its end, by the pool's users and the world around it. */
  async finish(): Promise<void> {
    for (let quiet = 0; quiet < 2; ) {
      const busy = this.bootstrap.attempts.length + this.checks.length + this.held.length;
      for (const attempt of this.bootstrap.attempts.splice(0)) attempt.connected();
      for (const answer of this.checks.splice(0)) answer(true);
      for (const channel of this.held.splice(0)) this.pool.release(channel);
      await turn();
      quiet = busy === 0 ? quiet + 1 : 0;
    }
  }
}

test('whatever is aborted, refused, sick or broken when: the limit holds, and every place is free in the end', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.array(fc.tuple(fc.constantFrom(...STEPS), fc.nat(5)), { maxLength: 60 }),
      async (maxConnections, steps) => {
        const world = new World(maxConnections);
        const { pool } = world;
        for (const [step, which] of steps) {
          await world.step(step, which);
          expect(pool.acquiredChannelCount).toBeLessThanOrEqual(maxConnections);
          expect(world.held.length).toBeLessThanOrEqual(pool.acquiredChannelCount);
          expect(world.bootstrap.attempts.length).toBeLessThanOrEqual(pool.acquiredChannelCount);
          // Nobody waits while there is room.
          if (pool.pendingAcquireCount > 0) expect(pool.acquiredChannelCount).toBe(maxConnections);
        }
        await world.finish();
        expect([pool.acquiredChannelCount, pool.pendingAcquireCount]).toEqual([0, 0]);
        expect(world.settled).toBe(world.asked);
        expect(world.handlerHolds).toBe(0);
        expect(world.loop.scheduledTasks).toBe(0);
        // Every channel that is open is in the pool: closing it closes them all.
        await pool.close();
        expect(world.bootstrap.channels.filter((channel) => channel.isOpen)).toEqual([]);
      },
    ),
    { seed: SEED, numRuns: 300 },
  );
});
