import {
  type AnyChannelHandler,
  type ChannelHandlerContext,
  ChannelInitializer,
  EmbeddedChannel,
  type Logger,
  PipelineDepthException,
  setLogger,
} from '@sluice/core';
import { ticksLater } from './tracing.js';

beforeAll(() => setLogger({ debug() {}, info() {}, warn() {}, error() {} } satisfies Logger));
afterAll(() => setLogger());

/** Counts what its handlers hear of their own life. */
class Lives {
  readonly added = new Map<AnyChannelHandler, number>();
  readonly removed = new Map<AnyChannelHandler, number>();

  handler(own: {
    added?(ctx: ChannelHandlerContext): unknown;
    removed?(ctx: ChannelHandlerContext): unknown;
  }) {
    const handler: AnyChannelHandler = {
      handlerAdded: (ctx) => {
        this.added.set(handler, (this.added.get(handler) ?? 0) + 1);
        own.added?.(ctx);
      },
      handlerRemoved: (ctx) => {
        this.removed.set(handler, (this.removed.get(handler) ?? 0) + 1);
        own.removed?.(ctx);
      },
    };
    return handler;
  }

  /** Every handler was added once, and removed once. */
  expectAllOver(): void {
    expect(this.added.size).toBeGreaterThan(0);
    expect([...this.added.values(), ...this.removed.values()].filter((times) => times !== 1)).toEqual([]);
    expect(this.removed.size).toBe(this.added.size);
  }
}

let channel: EmbeddedChannel;
let caught: Error[];
let lives: Lives;

beforeEach(() => {
  caught = [];
  lives = new Lives();
  channel = new EmbeddedChannel();
  channel.pipeline.addLast('last', { exceptionCaught: (_ctx, cause) => void caught.push(cause) });
});

/** The channel failed with the typed error, once, and is closed with all that belongs to it. */
async function expectFailed(): Promise<void> {
  await ticksLater();
  channel.runPendingTasks();
  expect(caught).toEqual([expect.any(PipelineDepthException)]);
  expect([channel.isOpen, channel.isRegistered, channel.pipeline.names()]).toEqual([false, false, []]);
}

describe('recursion in handlerAdded fails the channel and not the process (D18)', () => {
  test.each([1, 2])('each handler adds %d more, 100,000 deep', async (each) => {
    let made = 0;
    const adding = (): AnyChannelHandler =>
      lives.handler({
        added(ctx) {
          for (let i = 0; i < each && made < 100_000; i++) ctx.pipeline.addFirst(`h${made++}`, adding());
        },
      });
    channel.pipeline.addFirst('h', adding());
    await expectFailed();
    lives.expectAllOver();
    expect(made).toBeLessThan(100_000);
  });

  test('by way of an event that replaces the handler that fired it', async () => {
    const firing = (): AnyChannelHandler => ({
      ...lives.handler({ added: (ctx) => ctx.pipeline.fireUserEventTriggered('u') }),
      userEventTriggered: (ctx) => ctx.pipeline.replace(ctx.name, ctx.name, firing()),
    });
    channel.pipeline.addFirst('h', firing());
    await expectFailed();
    expect([...lives.added.values()].every((times) => times === 1)).toBe(true);
  });

  test('of initializers that add initializers', async () => {
    let made = 0;
    const nested = (): ChannelInitializer =>
      ChannelInitializer.of(({ pipeline }) => {
        if (++made < 100_000) pipeline.addLast(nested());
      });
    channel.pipeline.addLast(nested());
    await expectFailed();
    expect(made).toBeLessThan(100_000);
  });

  test('of initializers that begin when the channel is registered', async () => {
    channel = new EmbeddedChannel({ register: false, handlers: [] });
    channel.pipeline.addLast('last', { exceptionCaught: (_ctx, cause) => void caught.push(cause) });
    const nested = (): ChannelInitializer =>
      ChannelInitializer.of(({ pipeline }) => void pipeline.addLast(nested()));
    channel.pipeline.addLast(nested());
    channel.register();
    await expectFailed();
  });
});

describe('recursion in handlerRemoved', () => {
  test('that takes out the next of 5,000 handlers takes them all out and fails the channel', async () => {
    for (let i = 0; i < 5_000; i++) {
      channel.pipeline.addFirst(
        `h${i}`,
        lives.handler({
          removed({ pipeline }) {
            if (pipeline.firstContext?.name !== 'last') pipeline.removeFirst();
          },
        }),
      );
    }
    channel.pipeline.removeFirst();
    await expectFailed();
    lives.expectAllOver();
    expect(lives.added.size).toBe(5_000);
  });

  test('of handlers that are added and removed in turn fails the channel', async () => {
    const restless = (): AnyChannelHandler =>
      lives.handler({
        added: (ctx) => ctx.pipeline.remove(ctx.name),
        removed: (ctx) => ctx.channel.isOpen && ctx.pipeline.addFirst(null, restless()),
      });
    channel.pipeline.addFirst(restless());
    await expectFailed();
    lives.expectAllOver();
  });

  test('of a handler that comes back whenever it is removed ends with the channel', () => {
    const returning = (): AnyChannelHandler =>
      lives.handler({ removed: (ctx) => ctx.pipeline.addFirst(null, returning()) });
    channel.pipeline.addFirst(returning());
    channel.pipeline.remove('Handler#0');
    expect(channel.pipeline.names()).toEqual(['Handler#0', 'last']);
    channel.close();
    expect([lives.added.size, lives.removed.size]).toEqual([3, 2]);
    expect(channel.pipeline.names()).toEqual(['Handler#0']);
  });
});

test('while the stack is used up nothing can be added: that is what would go on', async () => {
  const refused: unknown[] = [];
  channel.pipeline.addFirst('endless', {
    channelRead(ctx, message) {
      ctx.pipeline.fireChannelRead(message);
      if (refused.length > 0) return;
      try {
        ctx.pipeline.addLast('more', {});
      } catch (error) {
        refused.push(error);
      }
    },
  });
  channel.pipeline.fireChannelRead('m');
  expect(refused).toEqual([expect.objectContaining({ code: 'ERR_PIPELINE_DEPTH' })]);
  await expectFailed();
});
