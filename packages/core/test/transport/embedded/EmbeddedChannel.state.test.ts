import {
  type AnyChannelHandler,
  type ChannelFuture,
  ChannelFutureListener,
  type ChannelPromise,
  ClosedChannelException,
  EmbeddedChannel,
  NotYetConnectedException,
  type SocketAddress,
  UnsupportedMessageTypeException,
  WriteBufferWaterMark,
} from '@sluice/core';
import { Trace } from '../../pipeline/tracing.js';

let trace: Trace;
let channel: EmbeddedChannel;
const boom = new Error('boom');

beforeEach(() => {
  trace = new Trace();
  channel = new EmbeddedChannel(trace.handler('h'));
  trace.take();
});
afterEach(() => channel.finishAndReleaseAll());

const noting = (what: string) => (future: ChannelFuture) => trace.note(what, future.cause?.name ?? 'ok');

test('rule 27: handlerAdded, register promise, channelRegistered, channelActive, read', () => {
  const fresh = new EmbeddedChannel({ register: false, handlers: [] });
  fresh.pipeline.addLast(trace.handler('h'));
  const promise = fresh.newPromise().addListener(noting('registered promise'));
  fresh.register(promise as never);
  expect(trace.take()).toEqual([
    'h handlerAdded',
    'registered promise ok',
    'h channelRegistered',
    'h channelActive',
    'h read',
  ]);
  fresh.finish();
});

test('rule 27: without autoRead nothing is read', () => {
  const fresh = new EmbeddedChannel({ register: false, handlers: [] });
  fresh.pipeline.addLast(trace.handler('h'));
  fresh.config.autoRead = false;
  fresh.register();
  fresh.pipeline.fireChannelReadComplete();
  expect(trace.take().filter((entry) => entry === 'h read')).toEqual([]);
  fresh.finish();
});

describe('rule 28: bind', () => {
  /** Becomes active by `bind`, as a server channel does. */
  class Binding extends EmbeddedChannel {
    declare bound?: true;
    override get isActive(): boolean {
      return this.bound === true && super.isActive;
    }
    protected override doBind(_address: SocketAddress, promise: ChannelPromise): void {
      this.bound = true;
      this.boundSuccessfully(promise, false);
    }
  }

  test('completes its promise before channelActive, which is a task', () => {
    const server = new Binding(trace.handler('h'));
    trace.take();
    server.bind({ local: 'x' }, server.newPromise().addListener(noting('bind promise')));
    expect(trace.take()).toEqual(['h bind', 'bind promise ok', 'h channelActive', 'h read']);
    server.finish();
  });
});

describe('rule 29: close', () => {
  test('closeFuture, promise, flushed writes, other writes, then inactive, unregistered, removed', () => {
    class Full extends EmbeddedChannel {
      protected override doWrite(): void {}
    }
    const full = new Full(trace.handler('h', { close: undefined as never }));
    full.write('a').addListener(noting('flushed write'));
    full.flush();
    full.write('b').addListener(noting('other write'));
    full.closeFuture.addListener(noting('closeFuture'));
    trace.take();
    full.close(full.newPromise().addListener(noting('close promise')) as never);
    expect(trace.take()).toEqual([
      'closeFuture ok',
      'close promise ok',
      'flushed write ClosedChannelException',
      'other write ClosedChannelException',
      'h channelInactive',
      'h channelUnregistered',
      'h handlerRemoved',
    ]);
    expect([full.isOpen, full.isActive, full.isRegistered, full.isWritable]).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect([full.outboundBuffer, full.bytesBeforeUnwritable, full.bytesBeforeWritable]).toEqual([
      null,
      0,
      Number.MAX_SAFE_INTEGER,
    ]);
  });

  test('listeners see a channel that is closed but whose handlers do not know yet', () => {
    channel.closeFuture.addListener(() => trace.note('open', channel.isOpen, 'active', channel.isActive));
    channel.close();
    expect(trace.take()).toEqual([
      'h close',
      'open false active false',
      'h channelInactive',
      'h channelUnregistered',
      'h handlerRemoved',
    ]);
  });

  test('has a future that can neither be cancelled nor be used as a promise', () => {
    expect([channel.closeFuture.isCancellable, channel.closeFuture.cancel()]).toEqual([false, false]);
    expect(() => channel.close(channel.closeFuture as never)).toThrow(
      'CloseFuture not allowed in a pipeline',
    );
    expect(channel.isOpen).toBe(true);
  });
});

test.each(['close', 'disconnect'] as const)(
  'rule 29: %s fires inactive, unregistered, and runs their tasks',
  (end) => {
    const ended = new EmbeddedChannel({
      channelInactive(ctx) {
        trace.note('inactive');
        ctx.eventLoop.execute(() => trace.note('task of inactive'));
      },
      channelUnregistered: () => trace.note('unregistered'),
    });
    expect(ended[end](ended.newPromise()).isSuccess).toBe(true);
    expect(trace.take()).toEqual(['inactive', 'unregistered', 'task of inactive']);
  },
);

describe('rule 30: channelInactive', () => {
  test('does not come to a channel that was never active', () => {
    class Idle extends EmbeddedChannel {
      override get isActive(): boolean {
        return false;
      }
    }
    const idle = new Idle(trace.handler('h'));
    trace.take();
    idle.close();
    expect(trace.take()).toEqual(['h close', 'h channelUnregistered', 'h handlerRemoved']);
  });

  test('comes as a task, never within close', () => {
    const within = new EmbeddedChannel(
      trace.handler('h', {
        channelRead(ctx) {
          ctx.channel.close();
          trace.note('close returned');
        },
      }),
    );
    trace.take();
    within.writeInbound('m');
    expect(trace.take()).toEqual([
      'h close',
      'close returned',
      'h channelInactive',
      'h channelUnregistered',
      'h handlerRemoved',
    ]);
  });
});

describe('rule 32: closing again', () => {
  test('succeeds, and fires nothing', () => {
    channel.close();
    trace.take();
    const [closed, disconnected] = [channel.close(), channel.disconnect()];
    expect([closed.isSuccess, disconnected.isSuccess, trace.take()]).toEqual([true, true, []]);
  });

  test('while the close is under way succeeds when that is done', () => {
    let finishClose = (): void => {};
    class SlowToClose extends EmbeddedChannel {
      protected override doClose(closed: () => void): void {
        super.doClose(() => {
          finishClose = closed;
        });
      }
    }
    const slow = new SlowToClose();
    const [first, second] = [slow.close(), slow.close()];
    expect([slow.isOpen, first.isDone, second.isDone, slow.closeFuture.isDone]).toEqual([
      false,
      false,
      false,
      false,
    ]);
    finishClose();
    expect([first.isSuccess, second.isSuccess, slow.closeFuture.isSuccess]).toEqual([true, true, true]);
    slow.runPendingTasks();
  });
});

describe('rule 33: after close', () => {
  test('writes fail with ClosedChannelException, are not thrown and reach no exceptionCaught', () => {
    channel.close();
    trace.take();
    for (const future of [channel.write('m'), channel.writeAndFlush('m'), channel.connect({ local: 'x' })]) {
      expect(future.cause).toMatchObject({ name: 'ClosedChannelException', code: 'ERR_CLOSED_CHANNEL' });
    }
    channel.flush();
    channel.read();
    expect(trace.take()).toEqual([]);
    channel.checkException();
  });

  test('the error that closed the channel is the cause of later failures', () => {
    class Broken extends EmbeddedChannel {
      protected override doWrite(): void {
        throw boom;
      }
    }
    const broken = new Broken();
    const written = broken.writeAndFlush('m');
    expect([written.cause, broken.isOpen]).toEqual([boom, false]);
    const late = [
      broken.write('n'),
      broken.writeAndFlush('n'),
      broken.bind({ local: 'x' }),
      broken.connect({ local: 'x' }),
      broken.register(),
    ];
    for (const future of late) {
      expect(future.cause).toMatchObject({ code: 'ERR_CLOSED_CHANNEL', cause: boom });
    }
    expect([broken.close().isSuccess, broken.deregister().isSuccess]).toEqual([true, true]);
  });
});

test('rule 34: what is flushed before the channel is connected fails, what is only written waits', () => {
  const fresh = new EmbeddedChannel({ register: false, handlers: [] });
  const failed = fresh.writeAndFlush('a');
  expect(failed.cause).toBeInstanceOf(NotYetConnectedException);
  const waiting = fresh.write('b');
  fresh.register();
  expect(waiting.isDone).toBe(false);
  fresh.flush();
  expect([waiting.isSuccess, fresh.outboundMessages.splice(0)]).toEqual([true, ['b']]);
  fresh.finish();
});

test('rule 35: what is written is sent before a close that waits for it', () => {
  const written = channel.writeAndFlush('last').addListener(ChannelFutureListener.CLOSE);
  expect([written.isSuccess, channel.isOpen, channel.outboundMessages.splice(0)]).toEqual([
    true,
    false,
    ['last'],
  ]);
});

test('rule 35: close does not flush', () => {
  const written = channel.write('m');
  channel.close();
  expect(written.cause).toBeInstanceOf(ClosedChannelException);
  expect(channel.outboundMessages).toEqual([]);
});

test('rule 36: deregister and register again keep the handlers and do not fire channelActive again', () => {
  expect(channel.deregister().isSuccess).toBe(true);
  expect(trace.take()).toEqual(['h deregister', 'h channelUnregistered']);
  expect([channel.isRegistered, channel.isOpen, channel.isActive]).toEqual([false, true, true]);
  expect(channel.deregister().isSuccess).toBe(true);
  expect(channel.register().isSuccess).toBe(true);
  expect(trace.take().filter((entry) => entry !== 'h read')).toEqual(['h deregister', 'h channelRegistered']);
});

test('rule 36: a channel may be registered again by the listener of its deregistration', () => {
  channel.deregister().addListener(() => channel.register());
  expect(trace.take().filter((entry) => /egistered$/.test(entry))).toEqual([
    'h channelUnregistered',
    'h channelRegistered',
  ]);
  expect(channel.isRegistered).toBe(true);
});

test('rule 42: a write is done when a flush has taken it to the transport', () => {
  const written = channel.write('m');
  channel.runPendingTasks();
  expect([written.isDone, channel.outboundMessages]).toEqual([false, []]);
  channel.flush();
  expect([written.isSuccess, channel.outboundMessages.splice(0)]).toEqual([true, ['m']]);
});

test('rule 45: the event is heard within the write and within the flush', () => {
  const heard: unknown[] = [];
  const small = new EmbeddedChannel({
    channelWritabilityChanged: (ctx) => void heard.push(ctx.channel.isWritable),
  });
  small.config.writeBufferWaterMark = new WriteBufferWaterMark(100, 200);
  small.write(new Uint8Array(104));
  expect([heard, small.isWritable]).toEqual([[], true]);
  small.write(new Uint8Array(0)).addListener(() => heard.push('second written'));
  expect([heard.splice(0), small.isWritable]).toEqual([[false], false]);
  // Still accepted: nothing blocks and nothing is refused.
  const third = small.write(new Uint8Array(0));
  small.flush();
  expect([heard, third.isSuccess]).toEqual([['second written', true], true]);
  small.finishAndReleaseAll();
});

describe('rule 43 and 52: re-entrance', () => {
  test('a flush within a write listener leaves the rest to the outer loop, in order', () => {
    let count = 0;
    const again = (): void => {
      if (++count < 5) channel.writeAndFlush(`m${count}`).addListener(again);
    };
    channel.writeAndFlush('m0').addListener(again);
    channel.runPendingTasks();
    expect(channel.outboundMessages.splice(0)).toEqual(['m0', 'm1', 'm2', 'm3', 'm4']);
  });

  test('a write from within the transport keeps the order', () => {
    class Echoing extends EmbeddedChannel {
      protected override handleOutboundMessage(message: unknown): void {
        super.handleOutboundMessage(message);
        if (this.outboundMessages.length < 4) this.writeAndFlush(`after ${this.outboundMessages.length}`);
      }
    }
    const echoing = new Echoing();
    echoing.write('a');
    echoing.write('b');
    echoing.flush();
    expect(echoing.outboundMessages.splice(0)).toEqual(['a', 'b', 'after 1', 'after 2', 'after 3']);
    echoing.finish();
  });

  test('read from within channelRead keeps the order of messages', () => {
    const source = ['a', 'b', 'c'];
    const got: unknown[] = [];
    class Reading extends EmbeddedChannel {
      protected override doBeginRead(): void {
        const next = source.shift();
        if (next !== undefined) this.eventLoop.execute(() => this.pipeline.fireChannelRead(next));
      }
    }
    const reading = new Reading({ register: false, handlers: [] });
    reading.pipeline.addLast({
      channelRead(ctx, message) {
        got.push(message);
        ctx.read();
      },
    });
    reading.config.autoRead = false;
    reading.register();
    reading.read();
    expect(got).toEqual(['a', 'b', 'c']);
    reading.finish();
  });
});

describe('rule 44: closing within a write listener', () => {
  test('keeps what was written before', () => {
    channel.write('a').addListener(() => channel.close());
    const second = channel.write('b');
    channel.flush();
    expect([channel.outboundMessages.splice(0), channel.isOpen]).toEqual([['a'], false]);
    expect(second.cause).toBeInstanceOf(ClosedChannelException);
  });

  test('and fires inactive only when the flush is over', () => {
    const order: string[] = [];
    const inactive: AnyChannelHandler = { channelInactive: () => void order.push('inactive') };
    const closing = new EmbeddedChannel(inactive);
    closing.write('a').addListener(() => {
      closing.close();
      order.push('listener ends');
    });
    closing.flush();
    order.push('flush returned');
    expect(order).toEqual(['listener ends', 'inactive', 'flush returned']);
  });
});

test('rule 46: a cancelled write is skipped', () => {
  const written = channel.write('a');
  expect(written.cancel()).toBe(true);
  channel.write('b');
  channel.flush();
  expect(channel.outboundMessages.filter((message) => typeof message === 'string')).toEqual(['b']);
  expect(written.isCancelled).toBe(true);
  const flushed = channel.writeAndFlush('c');
  expect([flushed.cancel(), flushed.isSuccess]).toEqual([false, true]);
});

test('rule 48: a message that the transport cannot write fails its promise', () => {
  class BytesOnly extends EmbeddedChannel {
    protected override filterOutboundMessage(message: unknown): unknown {
      if (message instanceof Uint8Array) return message;
      throw new UnsupportedMessageTypeException(`unsupported message type: ${typeof message}`);
    }
  }
  const bytesOnly = new BytesOnly();
  expect(bytesOnly.write('text').cause).toMatchObject({
    code: 'ERR_UNSUPPORTED_MESSAGE_TYPE',
    message: 'unsupported message type: string',
  });
  expect(bytesOnly.writeAndFlush(new Uint8Array(1)).isSuccess).toBe(true);
  bytesOnly.checkException();
  bytesOnly.finishAndReleaseAll();
});

test('rule 49: channelReadComplete comes without channelRead to those behind a handler that takes all', () => {
  const fresh = new EmbeddedChannel({ channelRead() {} }, trace.handler('after'));
  trace.take();
  fresh.writeInbound('m');
  expect(trace.take()).toEqual(['after channelReadComplete', 'after read']);
  fresh.finish();
});

test('a size that cannot be told fails the promise', () => {
  channel.config.messageSizeEstimator = () => {
    throw boom;
  };
  expect(channel.write('m').cause).toBe(boom);
});

test('autoClose off: a write that fails shuts the output down and leaves the channel open', () => {
  class Broken extends EmbeddedChannel {
    protected override doWrite(): void {
      throw boom;
    }
    protected override doShutdownOutput(): void {
      trace.note('output ended');
    }
  }
  const broken = new Broken({
    userEventTriggered: (_ctx, event) => trace.note((event as object).constructor.name),
  });
  broken.config.autoClose = false;
  const written = broken.writeAndFlush('m');
  expect(written.cause).toMatchObject({ code: 'ERR_CHANNEL_OUTPUT_SHUTDOWN', cause: boom });
  expect(trace.take()).toEqual(['output ended', 'ChannelOutputShutdownEvent']);
  expect([broken.isOpen, broken.isWritable]).toEqual([true, false]);
  expect(broken.write('n').cause).toMatchObject({ code: 'ERR_CHANNEL_OUTPUT_SHUTDOWN' });
  broken.finish();
});
