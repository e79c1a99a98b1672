import {
  type AnyChannelHandler,
  type ChannelHandlerContext,
  ChannelInitializer,
  ClosedChannelException,
  EmbeddedChannel,
  EmbeddedEventLoop,
  type Logger,
  setLogger,
} from '@sluice/core';

const boom = new Error('boom');

describe('making one', () => {
  test('registers it: handlers hear handlerAdded, channelRegistered, channelActive', () => {
    const heard: string[] = [];
    const hearing: AnyChannelHandler = {
      handlerAdded: () => void heard.push('added'),
      channelRegistered: (ctx) => {
        heard.push('registered');
        ctx.fireChannelRegistered();
      },
      channelActive: (ctx) => {
        heard.push('active');
        ctx.fireChannelActive();
      },
    };
    const channel = new EmbeddedChannel(hearing, { channelActive: () => void heard.push('second active') });
    expect(heard).toEqual(['added', 'registered', 'active', 'second active']);
    expect(channel).toMatchObject({ isOpen: true, isRegistered: true, isActive: true, parent: null });
    expect(channel.pipeline.names()).toEqual(['Handler#0', 'Handler#1']);
    expect(channel.eventLoop).toBeInstanceOf(EmbeddedEventLoop);
    channel.finish();
  });

  test('with options: unregistered, with a parent, with disconnect', () => {
    const parent = new EmbeddedChannel();
    const channel = new EmbeddedChannel({ register: false, parent, hasDisconnect: true, handlers: [{}] });
    expect(channel).toMatchObject({
      isOpen: true,
      isRegistered: false,
      isActive: false,
      hasDisconnect: true,
    });
    expect(channel.parent).toBe(parent);
    expect(channel.register().isSuccess).toBe(true);
    expect([channel.isActive, channel.pipeline.names()]).toEqual([true, ['Handler#0']]);
    channel.finish();
    parent.finish();
  });

  test('a handler that throws when added shows at the first check', () => {
    const channel = new EmbeddedChannel({
      handlerAdded() {
        throw boom;
      },
    });
    expect(() => channel.checkException()).toThrow(expect.objectContaining({ cause: boom }));
    channel.finish();
  });

  test('without handlers, messages go straight through', () => {
    const channel = new EmbeddedChannel();
    expect([channel.writeInbound(1), channel.writeOutbound(2), channel.finish()]).toEqual([true, true, true]);
    expect([channel.readInbound(), channel.readInbound()]).toEqual([1, null]);
    expect([channel.readOutbound(), channel.readOutbound()]).toEqual([2, null]);
  });

  test('with an initializer', () => {
    const twice: AnyChannelHandler = {
      channelRead: (ctx) => void ctx.fireChannelRead('first').fireChannelRead('second'),
    };
    const channel = new EmbeddedChannel(
      ChannelInitializer.of(({ pipeline }) => void pipeline.addLast(twice)),
    );
    expect(channel.pipeline.first).toBe(twice);
    channel.writeInbound('x');
    expect([channel.finish(), channel.inboundMessages]).toEqual([true, ['first', 'second']]);
  });

  test('unregistered, its tasks and timers can be run', () => {
    const channel = new EmbeddedChannel({ register: false, handlers: [] });
    expect(channel.runScheduledPendingTasks()).toBe(-1);
    const ran = jest.fn();
    channel.eventLoop.execute(ran);
    channel.runPendingTasks();
    channel.checkException();
    expect(ran).toHaveBeenCalledTimes(1);
  });

  test('registering twice fails', () => {
    const channel = new EmbeddedChannel();
    expect(channel.register().cause).toMatchObject({ code: 'ERR_ILLEGAL_STATE' });
    channel.finish();
  });

  test('shows its address while it is active', () => {
    const channel = new EmbeddedChannel();
    expect(String(channel)).toBe(`[id: 0x${channel.id}, L:local:embedded - R:local:embedded]`);
    channel.finish();
    expect(String(channel)).toBe(`[id: 0x${channel.id}]`);
  });
});

describe('messages', () => {
  test('writeInbound fires them and one channelReadComplete', () => {
    const heard: unknown[] = [];
    const channel = new EmbeddedChannel({
      channelRead: (ctx, message) => {
        heard.push(message);
        if (message !== 'b') ctx.fireChannelRead(`${message}!`);
      },
      channelReadComplete: () => void heard.push('complete'),
    });
    expect(channel.writeInbound('a', 'b', 'c')).toBe(true);
    expect(heard).toEqual(['a', 'b', 'c', 'complete']);
    expect([channel.readInbound(), channel.readInbound(), channel.readInbound()]).toEqual(['a!', 'c!', null]);
    expect(channel.writeInbound('b')).toBe(false);
    expect(channel.writeInbound()).toBe(false);
    expect(heard.splice(4)).toEqual(['b', 'complete']);
    channel.finish();
  });

  test('writeOutbound writes them and flushes', () => {
    const channel = new EmbeddedChannel({
      write: (ctx, message, promise) => void ctx.write(`<${message}>`, promise),
    });
    expect(channel.writeOutbound('a', 'b')).toBe(true);
    expect([channel.readOutbound(), channel.readOutbound(), channel.readOutbound()]).toEqual([
      '<a>',
      '<b>',
      null,
    ]);
    expect([channel.writeOutbound(), channel.outboundMessages]).toEqual([false, []]);
    channel.finish();
  });

  test('one at a time, flushed by hand', () => {
    const complete = jest.fn();
    const channel = new EmbeddedChannel({ channelReadComplete: complete });
    expect(channel.writeOneInbound('a').isSuccess).toBe(true);
    expect(complete).not.toHaveBeenCalled();
    expect(channel.flushInbound()).toBe(channel);
    expect([complete.mock.calls.length, channel.inboundMessages]).toEqual([1, ['a']]);
    const written = channel.writeOneOutbound('b');
    expect([written.isDone, channel.readOutbound()]).toEqual([false, null]);
    expect(channel.flushOutbound()).toBe(channel);
    expect([written.isSuccess, channel.outboundMessages]).toEqual([true, ['b']]);
    expect([channel.releaseInbound(), channel.releaseInbound()]).toEqual([true, false]);
    expect([channel.releaseOutbound(), channel.releaseOutbound()]).toEqual([true, false]);
    channel.finish();
  });

  test('may be written as a task, or after a time', () => {
    const later = new EmbeddedChannel({
      write: (ctx, message, promise) => ctx.eventLoop.execute(() => void ctx.write(message, promise)),
    });
    expect([later.writeOutbound('m'), later.finish(), later.outboundMessages]).toEqual([true, true, ['m']]);
    const delayed = new EmbeddedChannel({
      write: (ctx, message, promise) =>
        void ctx.eventLoop.schedule(() => void ctx.writeAndFlush(message, promise), 500),
    });
    delayed.freezeTime();
    expect(delayed.writeOutbound('m')).toBe(false);
    delayed.advanceTimeBy(500);
    expect([delayed.finish(), delayed.outboundMessages]).toEqual([true, ['m']]);
  });

  test('flushed by nobody stay where they are when the channel closes', () => {
    const complete = jest.fn();
    const flush = jest.fn();
    const channel = new EmbeddedChannel({ channelReadComplete: complete, flush });
    channel.writeOneInbound('in');
    channel.writeOneOutbound('out').addListener(() => {});
    channel.close();
    expect([complete, flush].map((each) => each.mock.calls.length)).toEqual([0, 0]);
    expect([channel.inboundMessages, channel.outboundMessages]).toEqual([['in'], []]);
  });

  test('subclasses may take them where they come out', () => {
    const taken: unknown[] = [];
    class Taking extends EmbeddedChannel {
      protected override handleInboundMessage(message: unknown): void {
        taken.push(['in', message]);
      }
      protected override handleOutboundMessage(message: unknown): void {
        taken.push(['out', message]);
      }
    }
    const channel = new Taking();
    channel.writeInbound('a');
    channel.writeOutbound('b');
    expect(taken).toEqual([
      ['in', 'a'],
      ['out', 'b'],
    ]);
    channel.finish();
  });

  test('on a closed channel are refused', () => {
    const channel = new EmbeddedChannel();
    channel.close();
    expect(() => channel.writeInbound('a')).toThrow(ClosedChannelException);
    expect(() => channel.writeOutbound('a')).toThrow(ClosedChannelException);
    expect(() => channel.flushOutbound()).toThrow(ClosedChannelException);
    expect(() => channel.flushInbound()).toThrow(ClosedChannelException);
    expect(channel.writeOneInbound('a').cause).toBeInstanceOf(ClosedChannelException);
    expect(channel.writeOneOutbound('a').cause).toBeInstanceOf(ClosedChannelException);
    channel.checkException();
  });
});

describe('finish', () => {
  test('closes and tells whether messages are left', () => {
    const empty = new EmbeddedChannel();
    expect([empty.finish(), empty.isOpen]).toEqual([false, false]);
    for (const write of ['writeInbound', 'writeOutbound'] as const) {
      const channel = new EmbeddedChannel();
      channel[write]('a');
      expect([channel.finish(), channel.finishAndReleaseAll()]).toEqual([true, true]);
      expect([channel.inboundMessages, channel.outboundMessages]).toEqual([[], []]);
    }
  });

  test('throws what a handler threw', () => {
    const channel = new EmbeddedChannel({
      channelInactive() {
        throw boom;
      },
    });
    channel.writeInbound('a');
    expect(() => channel.finishAndReleaseAll()).toThrow(boom);
    expect(channel.inboundMessages).toEqual([]);
  });

  test('cancels the timers that wait', () => {
    const channel = new EmbeddedChannel();
    const ran = jest.fn();
    const task = channel.eventLoop.schedule(ran, 10);
    channel.finish();
    expect([task.isCancelled, channel.eventLoop.scheduledTasks]).toEqual([true, 0]);
  });
});

describe('exceptions', () => {
  test('that nobody handled are thrown by the operation that caused them', () => {
    const channel = new EmbeddedChannel({
      channelRead() {
        throw boom;
      },
      write(_ctx, _message, promise) {
        promise.setFailure(boom);
      },
    });
    expect(() => channel.writeInbound('a')).toThrow(boom);
    expect(() => channel.writeOutbound('a')).toThrow(boom);
    channel.checkException();
    expect(channel.writeOneInbound('a').cause).toBe(boom);
    channel.finish();
  });

  test('of which there are several are logged but for the first', () => {
    const warn = jest.fn();
    setLogger({ debug() {}, info() {}, warn, error() {} } satisfies Logger);
    const channel = new EmbeddedChannel();
    const second = new Error('second');
    channel.pipeline.fireExceptionCaught(boom).fireExceptionCaught(second);
    setLogger();
    expect(warn.mock.calls).toEqual([
      [{ err: second }, 'More than one exception was raised. Will report only the first one and log others.'],
    ]);
    expect(() => channel.checkException()).toThrow(boom);
    channel.checkException();
    channel.finish();
  });

  test('of tasks and timers are kept until checked', () => {
    const channel = new EmbeddedChannel();
    channel.eventLoop.execute(() => {
      throw boom;
    });
    channel.runPendingTasks();
    expect(() => channel.checkException()).toThrow(boom);
    channel.eventLoop.schedule(() => {
      throw boom;
    }, 5);
    channel.elapse(5);
    expect(() => channel.checkException()).toThrow(boom);
    channel.finish();
  });

  test('of a write that is put off are thrown when it fails', () => {
    let failLater: (() => void) | undefined;
    const channel = new EmbeddedChannel({
      write: (_ctx, _message, promise) => {
        failLater = () => void promise.setFailure(boom);
      },
    });
    expect(channel.writeOutbound('a')).toBe(false);
    failLater?.();
    expect(() => channel.checkException()).toThrow(boom);
    channel.finish();
  });
});

describe('disconnect', () => {
  test('is an operation of its own where the channel can', () => {
    const heard: string[] = [];
    const handlers: AnyChannelHandler[] = [
      {
        disconnect(_ctx, promise) {
          heard.push('disconnect');
          promise.setSuccess();
        },
        close(_ctx, promise) {
          heard.push('close');
          promise.setSuccess();
        },
      },
    ];
    const can = new EmbeddedChannel({ hasDisconnect: true, handlers });
    expect([can.disconnect().isSuccess, can.close().isSuccess, heard.splice(0)]).toEqual([
      true,
      true,
      ['disconnect', 'close'],
    ]);
    const cannot = new EmbeddedChannel({ handlers: [{ ...handlers[0] }] });
    expect([cannot.disconnect().isSuccess, cannot.close().isSuccess, heard]).toEqual([
      true,
      true,
      ['close', 'close'],
    ]);
  });

  test('fails with the close that it is', () => {
    const channel = new EmbeddedChannel({ close: (_ctx, promise) => void promise.tryFailure(boom) });
    expect(channel.disconnect().cause).toBe(boom);
  });
});

test('a handler that closes in exceptionCaught hears of the end', () => {
  const inactive = jest.fn();
  const channel = new EmbeddedChannel({
    exceptionCaught: (ctx) => void ctx.close(),
    channelInactive: inactive,
  });
  channel.pipeline.fireExceptionCaught(boom);
  expect(inactive).toHaveBeenCalledTimes(1);
});

describe('tasks', () => {
  test('run when the outermost operation is over, not within it', () => {
    const order: string[] = [];
    const channel = new EmbeddedChannel({
      channelRead(ctx, message) {
        ctx.eventLoop.execute(() => order.push('task'));
        ctx.channel.write(message);
        ctx.flush();
        order.push('read ends');
      },
    });
    channel.writeInbound('a');
    expect(order).toEqual(['read ends', 'task']);
    channel.finishAndReleaseAll();
  });

  test('are there to see, and run on demand', () => {
    const channel = new EmbeddedChannel();
    const ran = jest.fn();
    channel.eventLoop.execute(ran);
    expect([channel.hasPendingTasks, ran.mock.calls.length]).toEqual([true, 0]);
    channel.runPendingTasks();
    expect([channel.hasPendingTasks, ran.mock.calls.length]).toEqual([false, 1]);
    channel.freezeTime();
    channel.eventLoop.schedule(ran, 1000);
    expect(channel.hasPendingTasks).toBe(false);
    channel.advanceTimeBy(1000);
    expect(channel.hasPendingTasks).toBe(true);
    channel.runPendingTasks();
    expect([channel.hasPendingTasks, ran.mock.calls.length]).toEqual([false, 2]);
    channel.finish();
  });

  test('run before a close that comes after them', () => {
    const order: string[] = [];
    const channel = new EmbeddedChannel({ channelInactive: () => void order.push('inactive') });
    channel.eventLoop.execute(() => order.push('task'));
    channel.close();
    expect(order).toEqual(['task', 'inactive']);
  });
});

describe('time', () => {
  test('stands when frozen and moves as told', () => {
    const channel = new EmbeddedChannel();
    channel.freezeTime();
    const start = channel.eventLoop.now;
    const ran: number[] = [];
    channel.eventLoop.schedule(() => ran.push(channel.eventLoop.now - start), 10);
    expect(channel.runScheduledPendingTasks()).toBe(10);
    channel.advanceTimeBy(4);
    expect([channel.runScheduledPendingTasks(), channel.hasPendingTasks]).toEqual([6, false]);
    channel.advanceTimeBy(6);
    expect([channel.hasPendingTasks, ran]).toEqual([true, []]);
    channel.runPendingTasks();
    expect([ran, channel.runScheduledPendingTasks()]).toEqual([[10], -1]);
    channel.unfreezeTime();
    channel.finish();
  });

  test('elapses: each timer runs at its own time, with what it schedules', () => {
    const channel = new EmbeddedChannel();
    channel.freezeTime();
    const start = channel.eventLoop.now;
    const ran: string[] = [];
    const note = (what: string): void =>
      void ran.push(`${what} at ${Math.round(channel.eventLoop.now - start)}`);
    channel.eventLoop.schedule(() => {
      note('first');
      channel.eventLoop.schedule(() => note('second'), 3);
      channel.eventLoop.execute(() => note('task'));
    }, 10);
    channel.eventLoop.scheduleAtFixedRate(() => note('periodic'), 6, 6);
    channel.elapse(13);
    expect(ran).toEqual(['periodic at 6', 'first at 10', 'task at 10', 'periodic at 12', 'second at 13']);
    expect(channel.eventLoop.now - start).toBeCloseTo(13);
    channel.finish();
  });
});

test('an async handler may use it after the test has gone on', async () => {
  let ctx: ChannelHandlerContext | undefined;
  const channel = new EmbeddedChannel({
    handlerAdded: (given) => {
      ctx = given;
    },
  });
  await Promise.resolve();
  await (ctx as ChannelHandlerContext).writeAndFlush('late');
  expect(channel.readOutbound()).toBe('late');
  await channel[Symbol.asyncDispose]();
  expect(channel.isOpen).toBe(false);
});
