import { type AnyChannelHandler, type ChannelHandlerContext, EmbeddedChannel } from '@sluice/core';
import { IdleStateEvent, IdleStateHandler, type IdleStateOptions } from '@sluice/handlers';

/** A channel whose clock stands at 0 when the handler starts, and what it heard: `ms state [first]`. */
function idleChannel(handler: IdleStateHandler | IdleStateOptions, ...before: AnyChannelHandler[]) {
  const channel = new EmbeddedChannel({ register: false, handlers: [] });
  channel.freezeTime();
  const start = channel.eventLoop.now;
  const heard: string[] = [];
  const now = (): number => Math.round(channel.eventLoop.now - start);
  const idle = handler instanceof IdleStateHandler ? handler : new IdleStateHandler(handler);
  channel.pipeline.addLast(...before, idle, {
    userEventTriggered(_ctx, event) {
      if (event instanceof IdleStateEvent)
        heard.push(`${now()} ${event.state}${event.isFirst ? ' first' : ''}`);
    },
    exceptionCaught: (_ctx, cause) => heard.push(`${now()} ${cause.message}`),
    channelRead() {},
  });
  channel.register();
  return { channel, heard, idle, now };
}

describe('events', () => {
  test('come after each time of silence, the first one marked', () => {
    const { channel, heard } = idleChannel({ readerIdle: 200, writerIdle: 300, allIdle: 500 });
    channel.elapse(1000);
    expect(heard).toEqual([
      '200 READER_IDLE first',
      '300 WRITER_IDLE first',
      '400 READER_IDLE',
      // Set at 300, at 0 and at 400: the one that waits longest comes first.
      '500 ALL_IDLE first',
      '600 WRITER_IDLE',
      '600 READER_IDLE',
      '800 READER_IDLE',
      '900 WRITER_IDLE',
      '1000 ALL_IDLE',
      '1000 READER_IDLE',
    ]);
    channel.finish();
  });

  test('are put off by traffic, and the next silence has a first event again', () => {
    const { channel, heard } = idleChannel({ readerIdle: 100 });
    channel.elapse(250);
    channel.writeInbound('x');
    channel.elapse(100);
    expect(heard).toEqual(['100 READER_IDLE first', '200 READER_IDLE', '350 READER_IDLE first']);
    channel.finish();
  });

  test('of the reader are not put off by writes, nor of the writer by reads', () => {
    const { channel, heard } = idleChannel({ readerIdle: 100, writerIdle: 70 });
    channel.elapse(60);
    channel.writeOutbound('x');
    channel.elapse(50);
    channel.writeInbound('x');
    channel.elapse(30);
    expect(heard).toEqual(['100 READER_IDLE first', '130 WRITER_IDLE first']);
    channel.finish();
  });

  test('do not come in the midst of a batch of reads, whose end sets the clock', () => {
    const { channel, heard } = idleChannel({ readerIdle: 100, allIdle: 100 });
    channel.pipeline.fireChannelRead('x');
    channel.elapse(350);
    expect(heard).toEqual([]);
    channel.pipeline.fireChannelReadComplete();
    channel.elapse(99);
    expect(heard).toEqual([]);
    channel.elapse(1);
    expect(heard).toEqual(['450 READER_IDLE first', '450 ALL_IDLE first']);
    channel.finish();
  });

  test('are not put off by a channelReadComplete that comes without a read', () => {
    const { channel, heard } = idleChannel({ readerIdle: 100 });
    channel.elapse(60);
    channel.pipeline.fireChannelReadComplete();
    channel.elapse(40);
    expect(heard).toEqual(['100 READER_IDLE first']);
    channel.finish();
  });

  test('are not put off by a write that nobody flushes, but by the failure of one', () => {
    const fails: AnyChannelHandler = {
      write: (ctx, message, promise) =>
        message === 'bad' ? promise.setFailure(new Error('no')) : ctx.write(message, promise),
    };
    const { channel, heard } = idleChannel({ writerIdle: 100 }, fails);
    channel.elapse(60);
    channel.write('x').addListener(() => {});
    channel.elapse(60);
    expect(heard).toEqual(['100 WRITER_IDLE first']);
    channel.write('bad').addListener(() => {});
    channel.elapse(100);
    expect(heard).toEqual(['100 WRITER_IDLE first', '220 WRITER_IDLE first']);
    channel.finish();
  });

  test('resetReadTimeout and resetWriteTimeout count as traffic, for the mark of the first event too', () => {
    const { channel, heard, idle } = idleChannel({ readerIdle: 100, writerIdle: 100 });
    channel.elapse(110);
    idle.resetReadTimeout();
    channel.elapse(50);
    idle.resetWriteTimeout();
    channel.elapse(100);
    expect(heard).toEqual([
      '100 READER_IDLE first',
      '100 WRITER_IDLE first',
      '210 READER_IDLE first',
      '260 WRITER_IDLE first',
    ]);
    channel.finish();
  });

  test('come late and once, not in a burst, after the process stood still', () => {
    const { channel, heard } = idleChannel({ readerIdle: 100 });
    channel.advanceTimeBy(1050);
    channel.runPendingTasks();
    channel.elapse(100);
    expect(heard).toEqual(['1050 READER_IDLE first', '1150 READER_IDLE']);
    channel.finish();
  });
});

describe('times', () => {
  test('of 0 or less are off, of less than 1 ms are 1 ms', () => {
    const idle = new IdleStateHandler({ readerIdle: 0, writerIdle: -5, allIdle: 0.2 });
    expect([idle.readerIdle, idle.writerIdle, idle.allIdle]).toEqual([0, 0, 1]);
    const { channel, heard } = idleChannel({ readerIdle: 0, writerIdle: -1 });
    channel.elapse(10_000);
    expect(heard).toEqual([]);
    expect(channel.eventLoop.scheduledTasks).toBe(0);
    channel.finish();
  });

  test('that are no numbers are refused', () => {
    expect(() => new IdleStateHandler({ readerIdle: Number.NaN })).toThrow(
      expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }),
    );
    expect(() => new IdleStateHandler({ allIdle: '5' as never })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
    );
  });

  test('do not drift or loop on a clock with a fractional start', () => {
    const channel = new EmbeddedChannel({ register: false, handlers: [] });
    channel.freezeTime();
    channel.advanceTimeBy(0.1 + 0.7);
    const heard: number[] = [];
    const start = channel.eventLoop.now;
    channel.pipeline.addLast(new IdleStateHandler({ readerIdle: 0.3 + 7 }), {
      userEventTriggered: () => heard.push(channel.eventLoop.now - start),
      channelRead() {},
    });
    channel.register();
    for (let i = 0; i < 50; i++) {
      channel.elapse(3.3);
      if (i === 20) channel.writeInbound('x');
    }
    expect(heard.length).toBe(22);
    expect(heard[0]).toBeCloseTo(7.3, 6);
    channel.finish();
  });
});

describe('timers', () => {
  test('one serves all three times, and traffic does not touch it', () => {
    const { channel } = idleChannel({ readerIdle: 100, writerIdle: 100, allIdle: 100 });
    const schedule = jest.spyOn(channel.eventLoop, 'scheduleCoarse');
    expect(channel.eventLoop.scheduledTasks).toBe(1);
    for (let i = 0; i < 10_000; i++) {
      channel.writeInbound('x');
      channel.writeOutbound('y');
    }
    expect(schedule).not.toHaveBeenCalled();
    expect(channel.eventLoop.scheduledTasks).toBe(1);
    channel.finishAndReleaseAll();
  });

  test.each<[string, (channel: EmbeddedChannel, idle: IdleStateHandler) => unknown]>([
    ['channelInactive', (channel) => channel.pipeline.fireChannelInactive()],
    ['handlerRemoved', (channel, idle) => channel.pipeline.remove(idle)],
    ['close', (channel) => channel.close()],
  ])('end with %s', (_name, end) => {
    const { channel, heard, idle } = idleChannel({ readerIdle: 100, writerIdle: 100, allIdle: 100 });
    end(channel, idle);
    expect(channel.eventLoop.scheduledTasks).toBe(0);
    channel.elapse(1000);
    expect(heard).toEqual([]);
    channel.finish();
  });

  test('are not revived by an event that comes after the end', () => {
    const { channel } = idleChannel({ readerIdle: 100 });
    channel.pipeline.fireChannelInactive();
    channel.pipeline.fireChannelActive();
    channel.pipeline.fireChannelRegistered();
    expect(channel.eventLoop.scheduledTasks).toBe(0);
    channel.finish();
  });

  test('start when it is added to an active channel', () => {
    const channel = new EmbeddedChannel();
    channel.freezeTime();
    const heard: unknown[] = [];
    channel.pipeline.addLast(new IdleStateHandler({ readerIdle: 100 }), {
      userEventTriggered: (_ctx, event) => heard.push(event),
    });
    channel.elapse(100);
    expect(heard).toEqual([IdleStateEvent.FIRST_READER_IDLE_STATE_EVENT]);
    channel.finish();
  });

  test('end when a listener closes the channel amid several that are due', () => {
    const events: unknown[] = [];
    const closes: AnyChannelHandler = {
      userEventTriggered(ctx, event) {
        events.push(event);
        ctx.close();
      },
    };
    const channel = new EmbeddedChannel(new IdleStateHandler({ readerIdle: 100, writerIdle: 100 }), closes);
    channel.elapse(100);
    expect(events).toEqual([IdleStateEvent.FIRST_READER_IDLE_STATE_EVENT]);
    expect(channel.isOpen).toBe(false);
    expect(channel.eventLoop.scheduledTasks).toBe(0);
  });
});

describe('directions that are not watched', () => {
  test('are not visited', () => {
    const reader = new IdleStateHandler({ readerIdle: 100 });
    const writer = new IdleStateHandler({ writerIdle: 100 });
    const channel = new EmbeddedChannel(writer, reader);
    const read = jest.spyOn(IdleStateHandler.prototype, 'channelRead');
    const write = jest.spyOn(IdleStateHandler.prototype, 'write');
    channel.writeInbound('x');
    channel.writeOutbound('y');
    expect(read.mock.instances.filter((instance) => instance === (writer as unknown))).toEqual([]);
    expect(write.mock.instances.filter((instance) => instance === (reader as unknown))).toEqual([]);
    expect([channel.readInbound(), channel.readOutbound()]).toEqual(['x', 'y']);
    jest.restoreAllMocks();
    channel.finish();
  });

  test('are, when a subclass overrides the callback', () => {
    const seen: unknown[] = [];
    class Watching extends IdleStateHandler {
      override write(...args: Parameters<IdleStateHandler['write']>): unknown {
        seen.push(args[1]);
        return super.write(...args);
      }
    }
    const channel = new EmbeddedChannel(new Watching({ readerIdle: 100 }));
    channel.writeOutbound('x');
    expect(seen).toEqual(['x']);
    channel.finishAndReleaseAll();
  });
});

describe('overriding', () => {
  test('channelIdle takes the place of the event', () => {
    const seen: string[] = [];
    class Idle extends IdleStateHandler {
      protected override channelIdle(_ctx: ChannelHandlerContext, event: IdleStateEvent): unknown {
        return seen.push(event.state);
      }
    }
    const { channel, heard } = idleChannel(new Idle({ allIdle: 100 }));
    channel.elapse(100);
    expect([seen, heard]).toEqual([['ALL_IDLE'], []]);
    channel.finish();
  });

  test('newIdleStateEvent makes another event', () => {
    class Named extends IdleStateEvent {}
    class Idle extends IdleStateHandler {
      protected override newIdleStateEvent(...args: ConstructorParameters<typeof Named>): Named {
        return new Named(...args);
      }
    }
    const events: unknown[] = [];
    const { channel } = idleChannel(new Idle({ readerIdle: 100 }));
    channel.pipeline.addAfter('Idle#0', null, {
      userEventTriggered: (_ctx, event) => events.push(event),
    });
    channel.elapse(200);
    expect(events).toEqual([new Named('READER_IDLE', true), new Named('READER_IDLE', false)]);
    expect(events[0]).toBeInstanceOf(Named);
    channel.finish();
  });

  test('what channelIdle throws or rejects with goes on as an exception, and time goes on', async () => {
    class Idle extends IdleStateHandler {
      #n = 0;
      protected override channelIdle(): unknown {
        if (this.#n++ > 0) return Promise.reject(new Error('rejected'));
        throw new Error('thrown');
      }
    }
    const { channel, heard } = idleChannel(new Idle({ readerIdle: 100 }));
    channel.elapse(200);
    await Promise.resolve();
    expect(heard).toEqual(['100 thrown', '200 rejected']);
    channel.finish();
  });
});
