import {
  type AnyChannelHandler,
  ChannelDuplexHandler,
  type ChannelHandlerContext,
  type ChannelPromise,
  EmbeddedChannel,
  type Logger,
  setLogger,
} from '@sluice/core';
import { INBOUND, OUTBOUND, Trace } from './tracing.js';

let trace: Trace;
let channel: EmbeddedChannel;
const boom = new Error('boom');

beforeEach(() => {
  trace = new Trace();
  channel = new EmbeddedChannel({ hasDisconnect: true, handlers: [] });
});
afterEach(() => {
  for (const name of channel.pipeline.names()) channel.pipeline.remove(name);
  channel.finishAndReleaseAll();
});

/** Adds a handler for each name; returns their contexts. */
function add(...names: string[]): ChannelHandlerContext[] {
  return names.map((name) => {
    channel.pipeline.addLast(name, trace.handler(name));
    return channel.pipeline.context(name) as ChannelHandlerContext;
  });
}

describe('rule 1: an event travels from this context', () => {
  test.each(Object.entries(INBOUND))('%s to the handlers after it', (event, fire) => {
    const [, b] = add('a', 'b', 'c', 'd') as [unknown, ChannelHandlerContext];
    trace.take();
    expect(fire(b)).toBe(b);
    const visited = trace.take().filter((entry) => entry.includes(event));
    expect(visited.map((entry) => entry.slice(0, event.length + 2))).toEqual([`c ${event}`, `d ${event}`]);
  });

  test.each(Object.entries(OUTBOUND))('%s to the handlers before it', (event, call) => {
    const [, , c] = add('a', 'b', 'c', 'd') as [unknown, unknown, ChannelHandlerContext];
    trace.take();
    call(c);
    const visited = trace.take().filter((entry) => entry.includes(event));
    expect(visited.map((entry) => entry.slice(0, event.length + 2))).toEqual([`b ${event}`, `a ${event}`]);
  });

  test('exceptionCaught to the handlers after it', () => {
    const [a] = add('a', 'b') as [ChannelHandlerContext];
    trace.take();
    a.fireExceptionCaught(boom);
    expect(trace.take()).toEqual(['b exceptionCaught boom']);
    expect(() => channel.checkException()).toThrow(boom);
  });

  test('writeAndFlush to the handlers before it, each gets write and flush in turn', () => {
    const [, , c] = add('a', 'b', 'c') as [unknown, unknown, ChannelHandlerContext];
    trace.take();
    const written = c.writeAndFlush('m');
    expect(trace.take()).toEqual(['b write m', 'a write m', 'b flush', 'a flush']);
    expect([written.isSuccess, channel.readOutbound()]).toEqual([true, 'm']);
  });

  test('on the channel and the pipeline from the far end', () => {
    add('a', 'b');
    trace.take();
    channel.write('x');
    channel.pipeline.write('y');
    channel.pipeline.fireChannelRead('z');
    expect(trace.take()).toEqual([
      'b write x',
      'a write x',
      'b write y',
      'a write y',
      'a channelRead z',
      'b channelRead z',
    ]);
  });

  test('an encoder after the writing handler is passed by', () => {
    channel.pipeline.addLast('writer', {
      userEventTriggered: (ctx, event) => void (event === 'ctx' ? ctx.write('m') : ctx.channel.write('m')),
    });
    channel.pipeline.addLast('encoder', {
      write: (ctx, message, promise) => void ctx.write(`encoded ${message}`, promise),
    });
    channel.pipeline.fireUserEventTriggered('ctx');
    channel.pipeline.fireUserEventTriggered('channel');
    channel.flush();
    expect(channel.outboundMessages.splice(0)).toEqual(['m', 'encoded m']);
  });
});

describe('rule 2 and 3: an exception of an inbound callback', () => {
  test.each(Object.entries(INBOUND))('%s goes to the same handler first, then on', (event, fire) => {
    const bad = trace.handler('bad', {
      [event]: () => {
        throw boom;
      },
    });
    channel.pipeline.addLast('before', trace.handler('before')).addLast('bad', bad);
    add('after');
    trace.take();
    fire(channel.pipeline.context('before') as ChannelHandlerContext);
    expect(trace.take()).toEqual(['bad exceptionCaught boom', 'after exceptionCaught boom']);
    expect(() => channel.checkException()).toThrow(boom);
  });

  test('of a handler without exceptionCaught goes to the next that has one', () => {
    channel.pipeline.addLast('bad', {
      channelRead() {
        throw boom;
      },
    });
    channel.pipeline.addLast('skipping', new (class extends ChannelDuplexHandler {})());
    add('after');
    trace.take();
    channel.pipeline.fireChannelRead('m');
    expect(trace.take()).toEqual(['after exceptionCaught boom']);
    expect(() => channel.checkException()).toThrow(boom);
  });

  test('thrown by exceptionCaught itself is logged and dropped', () => {
    const warn = jest.fn();
    setLogger({ debug() {}, info() {}, warn, error() {} } satisfies Logger);
    const worse = new Error('worse');
    channel.pipeline.addLast('bad', {
      exceptionCaught() {
        throw worse;
      },
    });
    add('after');
    trace.take();
    channel.pipeline.fireExceptionCaught(boom);
    setLogger();
    expect(trace.take()).toEqual([]);
    channel.checkException();
    expect(warn.mock.calls).toEqual([
      [
        { err: worse, cause: boom },
        expect.stringMatching(/^An exception was thrown by a user handler's exceptionCaught/),
      ],
    ]);
  });

  test('thrown by exceptionCaught about the same handler’s own failure does not come back', () => {
    const calls: string[] = [];
    const bad = (name: string): AnyChannelHandler => ({
      channelReadComplete() {
        throw new Error(`${name} failed`);
      },
      exceptionCaught(_ctx, cause) {
        calls.push(`${name} hears ${cause.message}`);
        throw new Error('and again');
      },
    });
    setLogger({ debug() {}, info() {}, warn() {}, error() {} } satisfies Logger);
    channel.pipeline.addLast('bad', bad('bad'));
    add('after');
    trace.take();
    channel.pipeline.fireChannelReadComplete();
    expect([calls, trace.take()]).toEqual([['bad hears bad failed'], ['after read']]);
    // The same when it is a handler that deals with an exception that sends the event on which the next one fails.
    channel.pipeline.addFirst('first', {
      exceptionCaught: (ctx) => void ctx.fireChannelReadComplete(),
    });
    calls.length = 0;
    channel.pipeline.fireExceptionCaught(boom);
    setLogger();
    expect(calls).toEqual(['bad hears bad failed']);
    channel.checkException();
  });

  test('thrown by another handler while one handles an exception is handled by that one', () => {
    channel.pipeline.addLast('first', {
      exceptionCaught: (ctx) => void ctx.fireChannelRead('from exceptionCaught'),
    });
    channel.pipeline.addLast(
      'second',
      trace.handler('second', {
        channelRead() {
          throw new Error('second failed');
        },
      }),
    );
    trace.take();
    channel.pipeline.fireExceptionCaught(boom);
    expect(trace.take()).toEqual(['second exceptionCaught second failed']);
    expect(() => channel.checkException()).toThrow('second failed');
  });

  test('that is no Error comes as one', () => {
    channel.pipeline.addLast({
      channelRead() {
        // biome-ignore lint/style/useThrowOnlyError: users can throw anything
        throw 'text';
      },
    });
    channel.pipeline.fireChannelRead('m');
    expect(() => channel.checkException()).toThrow(
      expect.objectContaining({ code: 'ERR_SLUICE', cause: 'text' }),
    );
  });
});

describe('rule 6: an exception of an operation', () => {
  const withPromise = Object.entries(OUTBOUND).filter(([event]) => event !== 'read' && event !== 'flush');

  test.each(withPromise)('%s fails the promise and reaches no exceptionCaught', (event, call) => {
    add('a');
    channel.pipeline.addLast(
      'bad',
      trace.handler('bad', {
        [event]: () => {
          throw boom;
        },
      }),
    );
    add('c');
    trace.take();
    const future = call(channel.pipeline.context('c') as ChannelHandlerContext) as ChannelPromise;
    expect([future.cause, trace.take()]).toEqual([boom, []]);
    channel.checkException();
  });

  test.each(['read', 'flush'] as const)('%s goes to the same handler: there is no promise', (event) => {
    channel.pipeline.addLast(
      'bad',
      trace.handler('bad', {
        [event]: () => {
          throw boom;
        },
      }),
    );
    add('after');
    trace.take();
    channel[event]();
    expect(trace.take()).toEqual([
      `after ${event}`,
      'bad exceptionCaught boom',
      'after exceptionCaught boom',
    ]);
    expect(() => channel.checkException()).toThrow(boom);
  });

  test('a flush that fails leaves the write pending', () => {
    channel.pipeline.addLast({
      flush() {
        throw boom;
      },
    });
    const written = channel.writeAndFlush('m');
    expect(() => channel.checkException()).toThrow(boom);
    expect(written.isDone).toBe(false);
    channel.close();
    expect(written.cause).toMatchObject({ code: 'ERR_CLOSED_CHANNEL' });
  });

  test('thrown when the promise is done is logged', () => {
    const warn = jest.fn();
    setLogger({ debug() {}, info() {}, warn, error() {} } satisfies Logger);
    channel.pipeline.addLast({
      write(_ctx, _message, promise) {
        promise.setSuccess();
        throw boom;
      },
    });
    const written = channel.write('m');
    setLogger();
    expect(written.isSuccess).toBe(true);
    expect(warn).toHaveBeenCalledWith(
      { err: boom, promise: 'DefaultChannelPromise(success)' },
      'A handler threw after its promise was done',
    );
  });
});

test('rule 7: an outbound handler with exceptionCaught hears of inbound exceptions', () => {
  const caught = jest.fn();
  channel.pipeline.addLast({ write() {}, exceptionCaught: (_ctx, cause) => caught(cause) });
  channel.pipeline.fireExceptionCaught(boom);
  expect(caught).toHaveBeenCalledWith(boom);
});

test('rule 9: handlers that do not override a callback are skipped', () => {
  class Skipping extends ChannelDuplexHandler {}
  channel.pipeline.addLast(new Skipping()).addLast({});
  add('end');
  trace.take();
  const { head, tail } = channel.pipeline as unknown as Record<'head' | 'tail', ChannelHandlerContext>;
  channel.pipeline.fireChannelRead('m');
  channel.write('w');
  const internals = head as unknown as { nextRead: ChannelHandlerContext };
  expect(internals.nextRead.name).toBe('end');
  expect((tail as unknown as { prevWrite: ChannelHandlerContext }).prevWrite.name).toBe('end');
  expect((internals.nextRead as unknown as { prevWrite: unknown }).prevWrite).toBe(head);
  expect(trace.take()).toEqual(['end channelRead m', 'end write w']);
});

describe('a removed context (rule 11 and 25)', () => {
  test('still passes on along its old links', () => {
    const [, b] = add('a', 'b', 'c') as [unknown, ChannelHandlerContext];
    channel.pipeline.remove('b');
    trace.take();
    b.fireChannelRead('m');
    b.write('w');
    expect(trace.take()).toEqual(['c channelRead m', 'a write w']);
    expect(channel.readInbound()).toBe('m');
  });

  test('also when its neighbours were removed after it', () => {
    const [, b] = add('a', 'b', 'c', 'd') as [unknown, ChannelHandlerContext];
    for (const name of ['b', 'c', 'a']) channel.pipeline.remove(name);
    trace.take();
    b.fireChannelRead('m');
    b.write('w');
    b.fireUserEventTriggered('u');
    b.read();
    b.flush();
    b.writeAndFlush('x');
    expect(trace.take()).toEqual(['d channelRead m', 'd userEventTriggered u']);
    expect(channel.outboundMessages.splice(0)).toEqual(['w', 'x']);
  });

  test('hands on what its handler held back, both ways, when it is removed or replaced', () => {
    /** Keeps everything until it goes. */
    const keeping = (): AnyChannelHandler & { in: unknown[]; out: unknown[] } => ({
      in: [],
      out: [],
      channelRead(_ctx, message) {
        this.in.push(message);
      },
      write(_ctx, message) {
        this.out.push(message);
      },
      handlerRemoved(ctx) {
        for (const message of this.in) ctx.fireChannelRead(message);
        if (this.in.length > 0) ctx.fireChannelReadComplete();
        for (const message of this.out) ctx.write(message);
        ctx.flush();
      },
    });
    const [first, middle, last] = [keeping(), keeping(), keeping()];
    channel.pipeline.addLast('first', first).addLast('middle', middle).addLast('last', last);
    channel.pipeline.context('first')?.fireChannelRead('in');
    channel.pipeline.context('last')?.write('out');
    expect([middle.in, middle.out]).toEqual([['in'], ['out']]);
    channel.pipeline.remove(middle);
    expect([last.in, first.out]).toEqual([['in'], ['out']]);

    const next = keeping();
    channel.pipeline.replace(last, 'next', next);
    expect(next.in).toEqual(['in']);
    channel.pipeline.context('next')?.write('more');
    const before = keeping();
    channel.pipeline.replace(first, 'before', before);
    expect(before.out).toEqual(['out', 'more']);
    for (const handler of [before, next]) channel.pipeline.remove(handler);
    expect([channel.readInbound(), channel.outboundMessages.splice(0)]).toEqual(['in', ['out', 'more']]);
  });

  test('gets no further events, and says that it is removed', () => {
    const seen: boolean[] = [];
    channel.pipeline.addLast(
      'x',
      trace.handler('x', { handlerRemoved: (ctx) => void seen.push(ctx.isRemoved) }),
    );
    const ctx = channel.pipeline.context('x') as ChannelHandlerContext;
    expect(ctx.isRemoved).toBe(false);
    channel.pipeline.remove('x');
    trace.take();
    expect([seen, ctx.isRemoved]).toEqual([[false], true]);
    channel.pipeline.fireChannelRead('m');
    expect(trace.take()).toEqual([]);
  });

  test('of a replaced handler reaches its successor (rule 19)', () => {
    channel.pipeline.addLast('old', {
      handlerRemoved(ctx) {
        ctx.fireChannelRead('leftover');
        ctx.writeAndFlush('last word');
      },
    });
    channel.pipeline.replace('old', 'new', trace.handler('new'));
    expect(trace.take()).toEqual([
      'new handlerAdded',
      'new channelRead leftover',
      'new write last word',
      'new flush',
    ]);
    expect([channel.readInbound(), channel.readOutbound()]).toEqual(['leftover', 'last word']);
  });
});

test('disconnect of a channel that cannot is close', () => {
  const plain = new EmbeddedChannel(trace.handler('h'));
  trace.take();
  expect(plain.disconnect().isSuccess).toBe(true);
  expect(trace.take()[0]).toBe('h close');
  expect(plain.isOpen).toBe(false);
});

test('a context knows its channel, loop and handler, and makes futures', () => {
  const handler = {};
  channel.pipeline.addLast('x', handler);
  const ctx = channel.pipeline.context('x') as ChannelHandlerContext;
  expect(ctx).toMatchObject({ name: 'x', channel, handler, pipeline: channel.pipeline });
  expect([ctx.eventLoop, ctx.executor]).toEqual([channel.eventLoop, channel.eventLoop]);
  expect([ctx.newPromise().isDone, ctx.newSucceededFuture().isSuccess]).toEqual([false, true]);
  expect(ctx.newFailedFuture(boom).cause).toBe(boom);
});

test('a context knows whether its writes go straight to the transport', () => {
  const [a, b] = add('a', 'b') as [ChannelHandlerContext, ChannelHandlerContext];
  expect([a.writesToTransport, b.writesToTransport]).toEqual([true, false]);
  channel.pipeline.remove('a');
  expect(b.writesToTransport).toBe(true);
});

test('ctx.send writes from here and resolves while the channel is writable (D8)', async () => {
  const [, b] = add('a', 'b') as [unknown, ChannelHandlerContext];
  trace.take();
  await b.send('m');
  expect([trace.take(), channel.readOutbound()]).toEqual([['a write m', 'a flush'], 'm']);
});
