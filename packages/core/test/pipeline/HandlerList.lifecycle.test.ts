import {
  type AnyChannelHandler,
  type ChannelHandlerContext,
  ChannelPipelineException,
  EmbeddedChannel,
  setLogger,
} from '@sluice/core';
import { Trace, ticksLater } from './tracing.js';

const boom = new Error('boom');
let trace: Trace;
let channel: EmbeddedChannel;

beforeEach(() => {
  trace = new Trace();
  channel = new EmbeddedChannel();
});
afterEach(() => channel.finishAndReleaseAll());

const throwing = (callback: 'handlerAdded' | 'handlerRemoved'): AnyChannelHandler => ({
  [callback]() {
    trace.note(callback, 'throws');
    throw boom;
  },
});

describe('rule 12: before the channel is registered', () => {
  test('handlerAdded waits, and comes before channelRegistered in the order of the calls', () => {
    const unregistered = new EmbeddedChannel({ register: false, handlers: [] });
    unregistered.pipeline.addLast('b', trace.handler('b')).addFirst('a', trace.handler('a'));
    expect([unregistered.pipeline.names(), trace.take()]).toEqual([['a', 'b'], []]);
    unregistered.register();
    expect(trace.take()).toEqual([
      'b handlerAdded',
      'a handlerAdded',
      'a channelRegistered',
      'b channelRegistered',
      'a channelActive',
      'b channelActive',
      'b read',
      'a read',
    ]);
    unregistered.finish();
  });

  test('a handler that is removed or replaced hears of both at registration', () => {
    const unregistered = new EmbeddedChannel({ register: false, handlers: [] });
    unregistered.pipeline.addLast('a', trace.handler('a')).addLast('b', trace.handler('b'));
    unregistered.pipeline.remove('a');
    unregistered.pipeline.replace('b', 'c', trace.handler('c'));
    expect([unregistered.pipeline.names(), trace.take()]).toEqual([['c'], []]);
    unregistered.register();
    expect(trace.take().slice(0, 5)).toEqual([
      'a handlerAdded',
      'b handlerAdded',
      'a handlerRemoved',
      'c handlerAdded',
      'b handlerRemoved',
    ]);
    unregistered.finish();
  });

  test('events pass handlers by that were not told yet', () => {
    const unregistered = new EmbeddedChannel({ register: false, handlers: [] });
    unregistered.pipeline.addLast(trace.handler('a'));
    unregistered.pipeline.fireChannelRead('m').fireUserEventTriggered('u').fireExceptionCaught(boom);
    unregistered.write('w');
    expect([trace.take(), unregistered.readInbound()]).toEqual([[], 'm']);
    expect(() => unregistered.checkException()).toThrow(boom);
    unregistered.register();
    unregistered.finishAndReleaseAll();
  });
});

test('rule 13: on a registered channel handlerAdded has run when add returns', () => {
  channel.pipeline.addLast(trace.handler('a'));
  expect(trace.take()).toEqual(['a handlerAdded']);
  channel.pipeline.removeFirst();
  expect(trace.take()).toEqual(['a handlerRemoved']);
});

test('rule 13: a handler that is added by a listener of the register promise gets what comes next', () => {
  const unregistered = new EmbeddedChannel({ register: false, handlers: [] });
  const promise = unregistered.newPromise();
  promise.addListener(() => {
    unregistered.pipeline.addLast(trace.handler('a'));
    trace.note('added');
    unregistered.pipeline.fireUserEventTriggered('u');
  });
  unregistered.register(promise);
  expect(trace.take().slice(0, 5)).toEqual([
    'a handlerAdded',
    'added',
    'a userEventTriggered u',
    'a channelRegistered',
    'a channelActive',
  ]);
  unregistered.finish();
});

test('rule 13: twenty handlers, removed in another order, hear of both once', () => {
  const names = Array.from({ length: 20 }, (_, i) => `h${i}`);
  for (const name of names) channel.pipeline.addFirst(name, trace.handler(name));
  expect(trace.take()).toEqual(names.map((name) => `${name} handlerAdded`));
  const shuffled = names.map((_, i) => names[(i * 7) % 20] as string);
  for (const name of shuffled) channel.pipeline.remove(name);
  expect(trace.take()).toEqual(shuffled.map((name) => `${name} handlerRemoved`));
});

describe('rule 14: handlerRemoved comes only to a handler that was told of its addition', () => {
  test('not when the channel is closed before it is registered', () => {
    const unregistered = new EmbeddedChannel({ register: false, handlers: [] });
    unregistered.pipeline.addLast(trace.handler('a'));
    unregistered.close();
    expect(trace.take()).toEqual([]);
  });

  test('a handler that is added while the channel closes hears of both', () => {
    channel.closeFuture.addListener(() => channel.pipeline.addLast(trace.handler('late')));
    channel.close();
    expect(trace.take()).toEqual([
      'late handlerAdded',
      'late channelInactive',
      'late channelUnregistered',
      'late handlerRemoved',
    ]);
  });

  test('one that is added afterwards is added, and stays', () => {
    channel.close();
    channel.pipeline.addLast('late', trace.handler('late'));
    expect(trace.take()).toEqual(['late handlerAdded']);
    expect(channel.pipeline.names()).toEqual(['late']);
    channel.pipeline.remove('late');
    expect(trace.take()).toEqual(['late handlerRemoved']);
  });
});

describe('rule 15: when handlerAdded throws', () => {
  test('the handler is removed, told so, and the exception comes from the head', () => {
    channel.pipeline.addLast('first', trace.handler('first'));
    trace.take();
    const bad = { ...throwing('handlerAdded'), handlerRemoved: () => trace.note('bad handlerRemoved') };
    channel.pipeline.addLast('bad', bad);
    expect(trace.take()).toEqual([
      'handlerAdded throws',
      'bad handlerRemoved',
      'first exceptionCaught Handler.handlerAdded() has thrown an exception; removed.',
    ]);
    expect(channel.pipeline.names()).toEqual(['first']);
    expect(() => channel.checkException()).toThrow(
      expect.objectContaining({ code: 'ERR_CHANNEL_PIPELINE', cause: boom }),
    );
  });

  test('and handlerRemoved throws too, both are said', () => {
    const warn = jest.fn();
    setLogger({ debug() {}, info() {}, warn, error() {} });
    channel.pipeline.addLast('bad', { ...throwing('handlerAdded'), ...throwing('handlerRemoved') });
    setLogger();
    expect(warn.mock.calls).toEqual([[{ err: boom, handler: 'bad' }, 'Failed to remove a handler']]);
    expect(trace.take()).toEqual(['handlerAdded throws', 'handlerRemoved throws']);
    expect(channel.pipeline.names()).toEqual([]);
    expect(() => channel.checkException()).toThrow(
      'Handler.handlerAdded() has thrown an exception; also failed to remove.',
    );
  });

  test.each([true, false])('32 of them leave nothing behind (registered before: %p)', (register) => {
    const many = new EmbeddedChannel({ register, handlers: [] });
    const caught: string[] = [];
    many.pipeline.unhandled = { exception: (_channel, cause) => void caught.push(cause.message) };
    many.pipeline.addFirst('good', {});
    const removed: string[] = [];
    for (let i = 0; i < 32; i++) {
      many.pipeline.addFirst(`bad${i}`, {
        ...throwing('handlerAdded'),
        handlerRemoved: (ctx) => void removed.push(ctx.name),
      });
    }
    if (!register) many.register();
    expect(many.pipeline.names()).toEqual(['good']);
    expect(removed).toEqual(Array.from({ length: 32 }, (_, i) => `bad${i}`));
    expect(caught).toEqual(removed.map(() => 'Handler.handlerAdded() has thrown an exception; removed.'));
    many.finish();
  });

  test('at registration, the others are still added', () => {
    const unregistered = new EmbeddedChannel({ register: false, handlers: [] });
    unregistered.pipeline.addLast('bad', throwing('handlerAdded')).addLast('good', trace.handler('good'));
    unregistered.register();
    expect(unregistered.pipeline.names()).toEqual(['good']);
    expect(trace.take()).toContain('good channelActive');
    expect(() => unregistered.checkException()).toThrow(ChannelPipelineException);
    unregistered.finish();
  });
});

test('rule 16: when handlerRemoved throws, the exception comes from the head', () => {
  channel.pipeline.addLast('first', trace.handler('first')).addLast('bad', throwing('handlerRemoved'));
  trace.take();
  channel.pipeline.remove('bad');
  expect(trace.take()).toEqual([
    'handlerRemoved throws',
    'first exceptionCaught Handler.handlerRemoved() has thrown an exception.',
  ]);
  expect(() => channel.checkException()).toThrow(expect.objectContaining({ cause: boom }));
});

test('rule 17: an event fired within handlerAdded may come back as a write', () => {
  channel.pipeline.addLast('answers', {
    userEventTriggered(ctx, event) {
      if (event === 'hello') ctx.write('answer');
    },
  });
  channel.pipeline.addFirst(
    'asks',
    trace.handler('asks', { handlerAdded: (ctx) => void ctx.fireUserEventTriggered('hello') }),
  );
  expect(trace.take()).toEqual(['asks write answer']);
});

test('rule 17: events fired within handlerAdded reach the handler', () => {
  channel.pipeline.addLast(
    'a',
    trace.handler('a', {
      handlerAdded: (ctx) => void ctx.pipeline.fireChannelRead('m').fireUserEventTriggered('u'),
    }),
  );
  expect(trace.take()).toEqual(['a channelRead m', 'a userEventTriggered u']);
});

describe('rule 18: when the channel closes', () => {
  test('handlers are removed last to first, after channelUnregistered', () => {
    for (const name of ['a', 'b', 'c']) channel.pipeline.addLast(name, trace.handler(name));
    trace.take();
    channel.close();
    expect(trace.take()).toEqual([
      'c close',
      'b close',
      'a close',
      'a channelInactive',
      'b channelInactive',
      'c channelInactive',
      'a channelUnregistered',
      'b channelUnregistered',
      'c channelUnregistered',
      'c handlerRemoved',
      'b handlerRemoved',
      'a handlerRemoved',
    ]);
    expect(channel.pipeline.names()).toEqual([]);
  });

  test('a handler that closes within channelRead is not removed before it returns', () => {
    channel.pipeline.addLast(
      'a',
      trace.handler('a', {
        channelRead(ctx) {
          trace.note('read begins');
          ctx.close();
          trace.note('read ends', ctx.isRemoved);
        },
      }),
    );
    trace.take();
    channel.writeInbound('m');
    expect(trace.take()).toEqual([
      'read begins',
      'read ends false',
      'a channelInactive',
      'a channelUnregistered',
      'a handlerRemoved',
    ]);
  });

  test('a channel that is only deregistered keeps its handlers', () => {
    channel.pipeline.addLast('a', trace.handler('a'));
    trace.take();
    channel.deregister();
    expect(trace.take()).toEqual(['a deregister', 'a channelUnregistered']);
    expect([channel.isRegistered, channel.isOpen, channel.pipeline.names()]).toEqual([false, true, ['a']]);
  });
});

describe('rule 19: replace', () => {
  test('adds the new one, then removes the old one', () => {
    channel.pipeline.addLast('old', trace.handler('old'));
    trace.take();
    channel.pipeline.replace('old', 'new', trace.handler('new'));
    expect(trace.take()).toEqual(['new handlerAdded', 'old handlerRemoved']);
  });

  test('by one whose handlerAdded throws removes both', () => {
    channel.pipeline.addLast('old', trace.handler('old'));
    trace.take();
    channel.pipeline.replace('old', 'bad', throwing('handlerAdded'));
    expect(trace.take()).toEqual(['handlerAdded throws', 'old handlerRemoved']);
    expect(channel.pipeline.names()).toEqual([]);
    expect(() => channel.checkException()).toThrow(ChannelPipelineException);
  });
});

describe('rule 25: a pipeline that is edited while an event travels', () => {
  test('passes by a handler that was removed before the event came to it', () => {
    channel.pipeline.addLast('a', trace.handler('a', { channelRead: removing('c') }));
    for (const name of ['b', 'c', 'd']) channel.pipeline.addLast(name, trace.handler(name));
    trace.take();
    channel.pipeline.fireChannelRead('m');
    expect(trace.take()).toEqual(['c handlerRemoved', 'b channelRead m', 'd channelRead m']);
  });

  test('a handler may remove itself and pass the event on', () => {
    channel.pipeline
      .addLast('a', trace.handler('a', { channelRead: removing('a') }))
      .addLast('b', trace.handler('b'));
    trace.take();
    channel.pipeline.fireChannelRead('m').fireChannelRead('n');
    expect(trace.take()).toEqual(['a handlerRemoved', 'b channelRead m', 'b channelRead n']);
  });

  test('a handler that was added ahead of the event gets it', () => {
    channel.pipeline.addLast('a', {
      channelRead(ctx, message) {
        ctx.pipeline.addAfter('a', 'b', trace.handler('b'));
        ctx.fireChannelRead(message);
      },
    });
    channel.pipeline.fireChannelRead('m');
    expect(trace.take()).toEqual(['b handlerAdded', 'b channelRead m']);
  });

  test('a handler that removes itself in write still has its flush', () => {
    channel.pipeline.addLast('a', {
      write(ctx, message, promise) {
        ctx.write(message, promise);
        ctx.pipeline.remove('a');
      },
      flush(ctx) {
        trace.note('flush');
        ctx.flush();
      },
    });
    channel.writeAndFlush('m');
    expect([trace.take(), channel.readOutbound()]).toEqual([['flush'], 'm']);
  });

  function removing(name: string): (ctx: ChannelHandlerContext, message: unknown) => void {
    return (ctx, message) => {
      ctx.pipeline.remove(name);
      ctx.fireChannelRead(message);
    };
  }
});

test('rule 26: a protocol upgrade loses nothing: new codec in, then old codec out', () => {
  const oldCodec: AnyChannelHandler = {
    channelRead(ctx, message) {
      if (message !== 'upgrade') {
        ctx.fireChannelRead(`old ${message}`);
        return;
      }
      ctx.pipeline.addAfter(ctx.name, 'new', {
        channelRead: (next, frame) => void next.fireChannelRead(`new ${frame}`),
      });
      ctx.pipeline.remove(ctx.name);
    },
    // What the old codec had not decoded belongs to the new one.
    handlerRemoved: (ctx) => void ctx.fireChannelRead('leftover'),
  };
  channel.pipeline.addLast('old', oldCodec);
  channel.writeInbound('a', 'upgrade', 'b');
  expect(channel.inboundMessages.splice(0)).toEqual(['old a', 'new leftover', 'new b']);
});

test('rule 26: a greeting that the new codec sends is not encoded by the old one', () => {
  let isEncoding = true;
  const oldEncoder: AnyChannelHandler = {
    write: (ctx, message, promise) => void ctx.write(isEncoding ? `old ${message}` : message, promise),
  };
  channel.pipeline.addLast('old encoder', oldEncoder).addLast('upgrading', {
    channelRead(ctx) {
      ctx.writeAndFlush('switching');
      isEncoding = false;
      ctx.pipeline.addAfter('old encoder', 'new codec', {
        handlerAdded: (codec) => void codec.writeAndFlush('greeting'),
        write: (codec, message, promise) => void codec.write(`new ${message}`, promise),
      });
      ctx.pipeline.remove('old encoder');
    },
  });
  channel.writeInbound('upgrade');
  channel.writeOutbound('next');
  expect(channel.outboundMessages.splice(0)).toEqual(['old switching', 'greeting', 'new next']);
});

describe('an async handlerAdded or handlerRemoved', () => {
  test('that rejects is treated as one that throws (D3)', async () => {
    channel.pipeline.addLast('first', trace.handler('first'));
    channel.pipeline.addLast('bad', {
      handlerAdded: async () => {
        throw boom;
      },
      handlerRemoved: () => trace.note('bad handlerRemoved'),
    });
    trace.take();
    expect(channel.pipeline.names()).toEqual(['first', 'bad']);
    await ticksLater();
    expect(channel.pipeline.names()).toEqual(['first']);
    expect(trace.take()).toEqual([
      'bad handlerRemoved',
      'first exceptionCaught Handler.handlerAdded() has thrown an exception; removed.',
    ]);
    expect(() => channel.checkException()).toThrow(ChannelPipelineException);

    channel.pipeline.addLast('bad', {
      handlerRemoved: async () => {
        throw boom;
      },
    });
    channel.pipeline.remove('bad');
    await ticksLater();
    expect(trace.take()).toEqual(['first exceptionCaught Handler.handlerRemoved() has thrown an exception.']);
    expect(() => channel.checkException()).toThrow(expect.objectContaining({ cause: boom }));
  });
});
