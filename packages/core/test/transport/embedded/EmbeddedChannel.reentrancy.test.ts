import {
  type AnyChannelHandler,
  ChannelFutureListener,
  ClosedChannelException,
  EmbeddedChannel,
  EmbeddedEventLoop,
  LocalAddress,
  LocalChannel,
  LocalServerChannel,
  WriteBufferWaterMark,
} from '@sluice/core';
import { Trace } from '../../pipeline/tracing.js';

const ROUNDS = 100_000;
let trace: Trace;

beforeEach(() => {
  trace = new Trace();
});

/** Notes writes, flushes, closes and what becomes of the writability; stands nearest to the transport. */
function noting(...events: ('write' | 'flush' | 'close' | 'writability')[]): AnyChannelHandler {
  return {
    write(ctx, message, promise) {
      if (events.includes('write')) trace.note('write');
      ctx.write(message, promise);
    },
    flush(ctx) {
      if (events.includes('flush')) trace.note('flush');
      ctx.flush();
    },
    close(ctx, promise) {
      if (events.includes('close')) trace.note('close');
      ctx.close(promise);
    },
    channelWritabilityChanged(ctx) {
      if (events.includes('writability')) trace.note('writable', ctx.channel.isWritable);
      ctx.fireChannelWritabilityChanged();
    },
  };
}

describe('rule 43: a flush is safe against itself', () => {
  test('writes and flushes that cause each other keep their order, and end', () => {
    let [writes, flushes] = [0, 0];
    const channel = new EmbeddedChannel(noting('write', 'flush', 'close'), {
      write(ctx, message, promise) {
        if (writes++ < 5) ctx.channel.flush();
        ctx.write(message, promise);
      },
      flush(ctx) {
        if (flushes++ < 5) ctx.channel.write(`w${flushes}`);
        ctx.flush();
      },
    });
    channel.writeAndFlush('w0');
    channel.close();
    expect(trace.take()).toEqual([
      ...Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? 'write' : 'flush')),
      'close',
    ]);
    // The innermost flush is written first, as each write waits for the flush that it causes.
    expect(channel.outboundMessages.splice(0)).toEqual(['w5', 'w4', 'w3', 'w2', 'w1', 'w0']);
  });

  test('unwritable and writable are heard around the write and the flush', () => {
    const channel = new EmbeddedChannel(noting('write', 'flush', 'writability'));
    channel.config.writeBufferWaterMark = new WriteBufferWaterMark(512, 1024);
    channel.write(Buffer.alloc(2000));
    expect(channel.isWritable).toBe(false);
    channel.flush();
    expect(trace.take()).toEqual(['write', 'writable false', 'flush', 'writable true']);
    channel.finishAndReleaseAll();
  });

  test('who hears that the channel is unwritable may flush at once', () => {
    const channel = new EmbeddedChannel(noting('write', 'flush', 'writability'), {
      channelWritabilityChanged: (ctx) => void (ctx.channel.isWritable || ctx.channel.flush()),
    });
    channel.config.writeBufferWaterMark = new WriteBufferWaterMark(512, 1024);
    const written = channel.write(Buffer.alloc(2000));
    expect(trace.take()).toEqual(['write', 'writable false', 'flush', 'writable true']);
    expect(written.isSuccess).toBe(true);
    channel.finishAndReleaseAll();
  });

  test('100,000 writes, each flushed by the listener of the one before, use no stack', () => {
    const channel = new EmbeddedChannel();
    let rounds = 0;
    let order = 0;
    const again = (): void => {
      if (++rounds < ROUNDS) channel.writeAndFlush(rounds).addListener(again);
    };
    channel.writeAndFlush(0).addListener(again);
    channel.runPendingTasks();
    expect(rounds).toBe(ROUNDS);
    expect(channel.outboundMessages.every((message) => message === order++)).toBe(true);
    expect(order).toBe(ROUNDS);
    channel.finishAndReleaseAll();
  });

  test('100,000 messages between two channels that hand each other what is written use no stack', () => {
    let rounds = 0;
    class Joined extends EmbeddedChannel {
      peer: EmbeddedChannel | undefined;
      protected override handleOutboundMessage(message: unknown): void {
        this.peer?.writeInbound(message);
      }
    }
    const echo = (): AnyChannelHandler => ({
      channelRead(ctx, message) {
        if (++rounds < ROUNDS) ctx.writeAndFlush(message);
      },
    });
    const [a, b] = [new Joined(echo()), new Joined(echo())];
    a.peer = b;
    b.peer = a;
    a.writeInbound('ball');
    expect(rounds).toBe(ROUNDS);
    for (const channel of [a, b]) channel.finish();
  });

  test('100,000 messages that two local channels answer each other with use no stack', () => {
    const loop = new EmbeddedEventLoop();
    let rounds = 0;
    const echo = (): AnyChannelHandler => ({
      channelRead(ctx, message) {
        if (++rounds < ROUNDS) ctx.writeAndFlush(message).addListener(() => ctx.flush());
      },
    });
    const address = LocalAddress.ANY;
    const server = new LocalServerChannel(loop);
    server.pipeline.addLast({
      channelRead(_ctx, child) {
        (child as LocalChannel).pipeline.addLast(echo());
        (child as LocalChannel).register();
      },
    });
    server.register();
    server.bind(address);
    const client = new LocalChannel(loop);
    client.pipeline.addLast(echo());
    client.register();
    loop.runTasks();
    client.connect(server.localAddress as LocalAddress);
    loop.runTasks();
    client.writeAndFlush('ball');
    loop.runTasks();
    expect(rounds).toBe(ROUNDS);
    for (const channel of [client, server]) channel.close();
    loop.runTasks();
  });
});

describe('rule 44: a close', () => {
  test('by the listener of a write that its handler flushes comes after the flush', () => {
    const channel = new EmbeddedChannel(noting('write', 'flush', 'close'), {
      write(ctx, message, promise) {
        promise.addListener(ChannelFutureListener.CLOSE);
        ctx.write(message, promise);
        ctx.channel.flush();
      },
    });
    expect(channel.write('m').isSuccess).toBe(true);
    expect([trace.take(), channel.isOpen, channel.readOutbound()]).toEqual([
      ['write', 'flush', 'close'],
      false,
      'm',
    ]);
  });

  test('by the listener of closeFuture does not go round in circles', () => {
    const channel = new EmbeddedChannel(noting('close'));
    channel.closeFuture.addListener(ChannelFutureListener.CLOSE);
    expect(channel.close().isSuccess).toBe(true);
    expect(trace.take()).toEqual(['close', 'close']);
  });
});

test('rule 6 and 7: an outbound handler closes when its own flush fails; the write fails with the close', () => {
  const channel = new EmbeddedChannel(noting('write', 'flush', 'close'), {
    flush() {
      throw new Error('on purpose');
    },
    exceptionCaught: (ctx) => void ctx.close(),
  });
  const written = channel.writeAndFlush('m');
  expect(written.cause).toBeInstanceOf(ClosedChannelException);
  expect([trace.take(), channel.isOpen]).toEqual([['write', 'close'], false]);
});

test('rule 52: reads from within reads, and a handler that holds messages back, keep the order', () => {
  const received: unknown[] = [];
  const waiting: unknown[] = [];
  let isWanted = true;
  const channel = new EmbeddedChannel({ register: false, handlers: [] });
  channel.config.autoRead = false;
  channel.pipeline.addLast(
    {
      channelRead(ctx, message) {
        for (const line of String(message).split('\n')) ctx.fireChannelRead(line);
      },
    },
    // Hands on one message for each read it is asked for.
    {
      handlerAdded: (ctx) => void ctx.read(),
      channelRead: (_ctx, message) => waiting.push(message),
      channelReadComplete(ctx) {
        while (isWanted && waiting.length > 0) {
          isWanted = false;
          ctx.fireChannelRead(waiting.shift());
        }
        ctx.fireChannelReadComplete();
      },
      read(ctx) {
        if (waiting.length > 0) ctx.fireChannelRead(waiting.shift());
        else {
          isWanted = true;
          ctx.read();
        }
      },
    },
    {
      channelRead(ctx, message) {
        received.push(message);
        ctx.fireChannelRead(message);
      },
    },
    {
      channelRead: (ctx) => void ctx.read(),
      channelReadComplete: (ctx) => void ctx.read(),
    },
  );
  channel.register();
  channel.writeInbound('A\nB\nC');
  expect(received).toEqual(['A', 'B', 'C']);
  channel.finish();
});
