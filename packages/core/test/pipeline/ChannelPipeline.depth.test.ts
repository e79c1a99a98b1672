import {
  type AnyChannelHandler,
  ChannelDuplexHandler,
  type ChannelFuture,
  type ChannelHandlerContext,
  type ChannelPipeline,
  EmbeddedChannel,
  type Logger,
  PipelineDepthException,
  setLogger,
  type UnhandledHooks,
} from '@sluice/core';
import { ticksLater } from './tracing.js';

beforeAll(() => setLogger({ debug() {}, info() {}, warn() {}, error() {} } satisfies Logger));
afterAll(() => setLogger());

/** A channel with this handler and a last one that keeps the exceptions. */
function channelWith(...handlers: AnyChannelHandler[]): { channel: EmbeddedChannel; caught: Error[] } {
  const caught: Error[] = [];
  const channel = new EmbeddedChannel();
  handlers.forEach((handler, i) => void channel.pipeline.addLast(`h${i}`, handler));
  channel.pipeline.addLast('last', { exceptionCaught: (_ctx, cause) => void caught.push(cause) });
  return { channel, caught };
}

async function expectFailed({ channel, caught }: ReturnType<typeof channelWith>): Promise<void> {
  await ticksLater();
  channel.runPendingTasks();
  expect(caught).toHaveLength(1);
  expect(caught[0]).toBeInstanceOf(PipelineDepthException);
  expect(caught[0]).toMatchObject({
    code: 'ERR_PIPELINE_DEPTH',
    cause: expect.objectContaining({ name: 'RangeError', message: 'Maximum call stack size exceeded' }),
    message: expect.stringMatching(
      /^The call stack was used up while \[id: 0x.*; the channel is closed\. .*Handlers: \[h0, /,
    ),
  });
  expect([channel.isOpen, channel.pipeline.names()]).toEqual([false, []]);
}

const passing = (): AnyChannelHandler => ({
  channelRead: (ctx, message) => void ctx.fireChannelRead(message),
  write: (ctx, message, promise) => void ctx.write(message, promise),
});

test('1,000 forwarding handlers work, with cold code (D18)', () => {
  class Forwarding extends ChannelDuplexHandler {
    override channelRead(ctx: ChannelHandlerContext, message: unknown): unknown {
      return super.channelRead(ctx, message);
    }
    override write(ctx: ChannelHandlerContext, message: unknown, promise: never): unknown {
      return super.write(ctx, message, promise);
    }
    override userEventTriggered(ctx: ChannelHandlerContext, event: unknown): unknown {
      return super.userEventTriggered(ctx, event);
    }
    override exceptionCaught(ctx: ChannelHandlerContext, cause: Error): unknown {
      return super.exceptionCaught(ctx, cause);
    }
  }
  const channel = new EmbeddedChannel();
  for (let i = 0; i < 1000; i++) channel.pipeline.addLast(`f${i}`, new Forwarding());
  expect(channel.writeInbound('in')).toBe(true);
  expect(channel.writeOutbound('out')).toBe(true);
  channel.pipeline.fireUserEventTriggered('u').fireExceptionCaught(new Error('x'));
  expect(() => channel.checkException()).toThrow('x');
  expect(channel.close().isSuccess).toBe(true);
});

describe('recursion without end fails its channel and not the process (D18)', () => {
  const answers: Record<string, (ctx: ChannelHandlerContext) => unknown> = {
    'channelRead that fires itself': (ctx) => ctx.pipeline.fireChannelRead('again'),
    'binary recursion': (ctx) => {
      ctx.pipeline.fireChannelRead('left');
      ctx.pipeline.fireChannelRead('right');
    },
    'by way of a user event': (ctx) => ctx.pipeline.fireUserEventTriggered('again'),
    'by way of a write': (ctx) => ctx.channel.write('again'),
    'by way of a flush': (ctx) => ctx.channel.flush(),
    'by way of a read': (ctx) => ctx.channel.read(),
  };

  test.each(Object.entries(answers))('%s', async (_name, answer) => {
    const endless = channelWith(passing(), {
      channelRead: answer,
      userEventTriggered: (ctx) => ctx.pipeline.fireChannelRead('again') && undefined,
      write: (ctx) => void ctx.pipeline.fireChannelRead('again'),
      flush: (ctx) => void ctx.pipeline.fireChannelRead('again'),
      read: (ctx) => void ctx.pipeline.fireChannelRead('again'),
    });
    endless.channel.pipeline.fireChannelRead('first');
    await expectFailed(endless);
  });

  test('that begins with a write, whose promise fails', async () => {
    const endless = channelWith({ write: (ctx, message) => void ctx.channel.write(message) });
    const written = endless.channel.write('first');
    written.addListener(() => {});
    await expectFailed(endless);
  });

  test('of exceptionCaught', async () => {
    const endless = channelWith({
      exceptionCaught: (ctx, cause) => void ctx.pipeline.fireExceptionCaught(cause),
    });
    endless.channel.pipeline.fireExceptionCaught(new Error('first'));
    await ticksLater();
    await ticksLater();
    expect([endless.channel.isOpen, endless.channel.pipeline.names()]).toEqual([false, []]);
  });

  test('of close', async () => {
    const endless = channelWith({ close: (ctx) => void ctx.channel.close() });
    endless.channel.close().addListener(() => {});
    await ticksLater();
    await ticksLater();
    expect([endless.channel.isOpen, endless.channel.pipeline.names()]).toEqual([false, []]);
  });

  test('leaves other channels alone, which the same message travelled through', async () => {
    const other = channelWith(passing());
    const endless = channelWith({
      channelRead(ctx, message) {
        if (message === 'first') other.channel.pipeline.fireChannelRead('before');
        ctx.pipeline.fireChannelRead('again');
      },
    });
    endless.channel.pipeline.fireChannelRead('first');
    await expectFailed(endless);
    expect([other.channel.isOpen, other.caught, other.channel.readInbound()]).toEqual([true, [], 'before']);
    other.channel.writeInbound('after');
    expect(other.channel.readInbound()).toBe('after');
    other.channel.finish();
  });
});

test('handlers hear of the end when the channel is closed while they are passed by', async () => {
  const heard: string[] = [];
  const hearing = (name: string): AnyChannelHandler => ({
    exceptionCaught(ctx, cause) {
      heard.push(`${name} ${cause.name}`);
      ctx.fireExceptionCaught(cause);
    },
    channelInactive(ctx) {
      heard.push(`${name} inactive`);
      ctx.fireChannelInactive();
    },
    channelUnregistered(ctx) {
      heard.push(`${name} unregistered`);
      ctx.fireChannelUnregistered();
    },
    handlerRemoved: () => heard.push(`${name} removed`),
  });
  const channel = new EmbeddedChannel();
  channel.pipeline.addLast('endless', {
    ...hearing('endless'),
    channelRead: (ctx, message) => void ctx.pipeline.fireChannelRead(message),
  });
  channel.pipeline.addLast('other', hearing('other'));
  channel.pipeline.fireChannelRead('m');
  expect(channel.close().isSuccess).toBe(true);
  await ticksLater();
  expect(heard).toEqual([
    'endless PipelineDepthException',
    'other PipelineDepthException',
    'endless inactive',
    'other inactive',
    'endless unregistered',
    'other unregistered',
    'other removed',
    'endless removed',
  ]);
});

test('a close in each frame of a stack that is used up leaves no channel half closed', async () => {
  const heard: string[] = [];
  const futures: ChannelFuture[] = [];
  const channel = new EmbeddedChannel();
  channel.pipeline.addLast({
    channelRead(ctx, message) {
      try {
        ctx.pipeline.fireChannelRead(message);
      } finally {
        futures.push(ctx.close());
      }
    },
    channelInactive: () => heard.push('inactive'),
    handlerRemoved: () => heard.push('removed'),
    exceptionCaught: (_ctx, cause) => heard.push(cause.name),
  });
  const pending = channel.write('never flushed');
  channel.pipeline.fireChannelRead('m');
  await ticksLater();
  expect(heard).toEqual(['PipelineDepthException', 'inactive', 'removed']);
  expect([channel.closeFuture.isSuccess, channel.isRegistered, pending.isDone]).toEqual([true, false, true]);
  expect(futures.length).toBeGreaterThan(100);
  expect(futures.filter((future) => !future.isDone)).toEqual([]);
});

test('handlers that were added meanwhile and not told yet are not told twice or never', async () => {
  const added = jest.fn();
  const channel = new EmbeddedChannel({ register: false, handlers: [] });
  channel.pipeline.addLast('pending', { handlerAdded: added });
  (channel.pipeline as unknown as { depthExceeded(cause: unknown): void }).depthExceeded(new RangeError('x'));
  await ticksLater();
  expect([added.mock.calls.length, channel.isOpen]).toEqual([0, false]);
});

test('a plain RangeError is no used-up stack', () => {
  const { channel, caught } = channelWith({
    channelRead() {
      throw new RangeError('Invalid array length');
    },
  });
  channel.pipeline.fireChannelRead('m');
  expect(caught).toEqual([new RangeError('Invalid array length')]);
  expect(channel.isOpen).toBe(true);
  channel.finish();
});

describe('a hook for what nobody handled that fires it again', () => {
  const again: Record<string, [UnhandledHooks, (pipeline: ChannelPipeline) => unknown]> = {
    message: [
      {
        message(channel, message) {
          channel.pipeline.fireChannelRead(message);
          channel.pipeline.fireChannelRead(message);
        },
      },
      (pipeline) => pipeline.fireChannelRead('m'),
    ],
    userEvent: [
      {
        userEvent(channel, event) {
          channel.pipeline.fireUserEventTriggered(event);
          channel.pipeline.fireUserEventTriggered(event);
        },
      },
      (pipeline) => pipeline.fireUserEventTriggered('u'),
    ],
    exception: [
      {
        exception(channel, cause) {
          channel.pipeline.fireExceptionCaught(cause);
          channel.pipeline.fireExceptionCaught(cause);
        },
      },
      (pipeline) => pipeline.fireExceptionCaught(new Error('x')),
    ],
  };

  test.each(Object.entries(again))('%s', async (_name, [hooks, fire]) => {
    const channel = new EmbeddedChannel();
    channel.pipeline.unhandled = hooks;
    fire(channel.pipeline);
    await ticksLater();
    await ticksLater();
    expect([channel.isOpen, channel.isRegistered]).toEqual([false, false]);
  });
});

test('an exceptionCaught that throws what it fires again ends', async () => {
  const channel = new EmbeddedChannel();
  channel.pipeline.addLast({
    exceptionCaught(ctx, cause) {
      ctx.pipeline.fireExceptionCaught(cause);
      throw cause;
    },
  });
  channel.pipeline.fireExceptionCaught(new Error('x'));
  await ticksLater();
  await ticksLater();
  expect([channel.isOpen, channel.pipeline.names()]).toEqual([false, []]);
});

describe('what is passed by costs no stack', () => {
  const all = (channel: EmbeddedChannel, from: ChannelHandlerContext | ChannelPipeline): void => {
    from.fireChannelRead('in').fireChannelReadComplete().fireUserEventTriggered('u').flush().read();
    from.write('out');
    from.writeAndFlush('flushed').addListener(() => {});
    from.fireExceptionCaught(new Error('x'));
    expect(() => channel.checkException()).toThrow('x');
    expect(channel.readInbound()).toBe('in');
  };

  test('12,000 handlers that were not told of their addition yet', () => {
    const channel = new EmbeddedChannel({ register: false, handlers: [] });
    for (let i = 0; i < 12_000; i++) channel.pipeline.addFirst(`h${i}`, passing());
    all(channel, channel.pipeline);
  });

  test('30,000 handlers that followed each other in one place, from the context of the first', () => {
    const channel = new EmbeddedChannel();
    channel.pipeline.addLast('h', passing());
    const first = channel.pipeline.context('h') as ChannelHandlerContext;
    for (let i = 0; i < 30_000; i++) channel.pipeline.replace('h', 'h', passing());
    all(channel, first);
    channel.finishAndReleaseAll();
  });
});
