import {
  type AnyChannelHandler,
  type ChannelHandlerContext,
  type ChannelPromise,
  EmbeddedChannel,
  type Logger,
  SluiceError,
  setLogger,
} from '@sluice/core';
import { INBOUND, OUTBOUND, Trace, ticksLater } from './tracing.js';

const boom = new Error('boom');
const rejecting = async (): Promise<never> => {
  await Promise.resolve();
  throw boom;
};
const unhandledRejection = jest.fn();
const warn = jest.fn();

let trace: Trace;
let channel: EmbeddedChannel;
let failures: Error[];

beforeAll(() => {
  process.on('unhandledRejection', unhandledRejection);
  setLogger({ debug() {}, info() {}, warn, error() {} } satisfies Logger);
});
afterAll(() => {
  process.off('unhandledRejection', unhandledRejection);
  setLogger();
  expect(unhandledRejection).not.toHaveBeenCalled();
});
beforeEach(() => {
  warn.mockClear();
  trace = new Trace();
  failures = [];
  channel = new EmbeddedChannel({ hasDisconnect: true, handlers: [] });
  channel.pipeline.unhandled = {
    ...channel.pipeline.unhandled,
    failure: (_c, cause) => failures.push(cause),
  };
});
afterEach(() => {
  for (const name of channel.pipeline.names()) channel.pipeline.remove(name);
  channel.finishAndReleaseAll();
});

/** A handler whose `callback` rejects, between two that note what they see. */
function withRejecting(callback: string): void {
  channel.pipeline.addLast('before', trace.handler('before'));
  channel.pipeline.addLast('bad', trace.handler('bad', { [callback]: rejecting } as AnyChannelHandler));
  channel.pipeline.addLast('after', trace.handler('after'));
  trace.take();
}

const context = (name: string): ChannelHandlerContext =>
  channel.pipeline.context(name) as ChannelHandlerContext;

describe('an async callback that rejects (D3)', () => {
  test.each(Object.entries(INBOUND))('inbound %s: its own exceptionCaught', async (event, fire) => {
    withRejecting(event);
    fire(context('before'));
    expect(trace.take()).toEqual([]);
    await ticksLater();
    expect(trace.take()).toEqual(['bad exceptionCaught boom', 'after exceptionCaught boom']);
    expect(() => channel.checkException()).toThrow(boom);
  });

  test.each(['read', 'flush'] as const)('%s: its own exceptionCaught', async (operation) => {
    withRejecting(operation);
    channel[operation]();
    trace.take();
    await ticksLater();
    expect(trace.take()).toEqual(['bad exceptionCaught boom', 'after exceptionCaught boom']);
    expect(() => channel.checkException()).toThrow(boom);
  });

  test.each(Object.entries(OUTBOUND).filter(([operation]) => operation !== 'read' && operation !== 'flush'))(
    'outbound %s: its promise',
    async (operation, call) => {
      withRejecting(operation);
      const future = call(context('after')) as ChannelPromise;
      expect(future.isDone).toBe(false);
      await expect(future.then()).rejects.toBe(boom);
      expect(trace.take()).toEqual([]);
    },
  );

  test('outbound with a promise that is done: the hook for unobserved failures', async () => {
    channel.pipeline.addLast({
      write: async (_ctx, _message, promise) => {
        promise.setSuccess();
        throw boom;
      },
    });
    expect(channel.write('m').isSuccess).toBe(true);
    await ticksLater();
    expect(failures).toEqual([boom]);
  });

  test('exceptionCaught: logged and dropped', async () => {
    const first = new Error('first');
    withRejecting('exceptionCaught');
    context('before').fireExceptionCaught(first);
    await ticksLater();
    expect(trace.take()).toEqual([]);
    expect(warn.mock.calls).toEqual([
      [{ err: boom, cause: first }, expect.stringMatching(/^An exception was thrown by a user handler's/)],
    ]);
  });

  test('after its handler was removed: the hook for unobserved failures', async () => {
    withRejecting('channelRead');
    context('before').fireChannelRead('m');
    channel.pipeline.remove('bad');
    await ticksLater();
    expect([failures, trace.take()]).toEqual([[boom], ['bad handlerRemoved']]);
  });

  test('with something that is no Error', async () => {
    channel.pipeline.addLast({ channelRead: () => Promise.reject('text') });
    channel.pipeline.fireChannelRead('m');
    await ticksLater();
    expect(() => channel.checkException()).toThrow(SluiceError);
  });
});

describe('what is not observed', () => {
  test('a returned future: its failure stays where it is (D3)', async () => {
    channel.pipeline.addLast('failing', {
      write: (_ctx, _message, promise) => void promise.setFailure(boom),
    });
    channel.pipeline.addLast('a', trace.handler('a', { channelRead: (ctx, m) => ctx.writeAndFlush(m) }));
    trace.take();
    channel.pipeline.fireChannelRead('m');
    await ticksLater();
    expect([trace.take(), failures]).toEqual([[], [boom]]);
    channel.checkException();
  });

  test('a thenable of somebody else, and any other value', async () => {
    // biome-ignore lint/suspicious/noThenProperty: the point of the test
    const thenable = { then: jest.fn() };
    for (const result of [thenable, 1, 'text', null, {}, true]) {
      channel.pipeline.addLast('a', { channelRead: () => result });
      channel.pipeline.fireChannelRead('m');
      channel.pipeline.remove('a');
    }
    await ticksLater();
    channel.checkException();
    expect(thenable.then).not.toHaveBeenCalled();
  });
});

test('an async callback that resolves leaves no trace', async () => {
  channel.pipeline.addLast({
    channelRead: async (ctx, message) => {
      await Promise.resolve();
      ctx.fireChannelRead(`late ${message}`);
    },
  });
  channel.pipeline.fireChannelRead('m');
  await ticksLater();
  expect([channel.readInbound(), failures]).toEqual(['late m', []]);
});
