import { EmbeddedChannel, type InboundOptions } from '@sluice/core';
import { ticksLater } from './tracing.js';

const boom = new Error('boom');

/** A channel whose reads are counted, with a stream at its end. */
function streaming(options?: InboundOptions): {
  channel: EmbeddedChannel;
  stream: AsyncIterableIterator<string>;
  reads: () => number;
} {
  let reads = 0;
  const channel = new EmbeddedChannel({
    read(ctx) {
      reads++;
      ctx.read();
    },
  });
  reads = 0;
  const stream = channel.inbound<string>(options);
  return { channel, stream, reads: () => reads };
}

test('a loop gets the messages in order and ends when the channel is inactive', async () => {
  const { channel, stream } = streaming();
  const got: string[] = [];
  const loop = (async () => {
    for await (const message of stream) got.push(message);
    return 'ended';
  })();
  channel.writeInbound('a', 'b');
  await ticksLater();
  channel.writeInbound('c');
  channel.close();
  expect(await loop).toBe('ended');
  expect([got, channel.inboundMessages]).toEqual([['a', 'b', 'c'], []]);
  expect(await stream.next()).toEqual({ done: true, value: undefined });
});

test('messages that wait when the channel closes are still given out', async () => {
  const { channel, stream } = streaming();
  channel.writeInbound('a', 'b');
  channel.close();
  const got: string[] = [];
  for await (const message of stream) got.push(message);
  expect(got).toEqual(['a', 'b']);
});

test('it reads only while fewer messages than highWaterMark wait', async () => {
  const { channel, stream, reads } = streaming({ highWaterMark: 2 });
  expect([channel.config.autoRead, reads()]).toEqual([false, 1]);
  channel.writeInbound('a');
  expect(reads()).toBe(2);
  channel.writeInbound('b');
  expect(reads()).toBe(2);
  expect((await stream.next()).value).toBe('a');
  expect(reads()).toBe(3);
  channel.writeInbound('c');
  expect(reads()).toBe(3);
  for (const expected of ['b', 'c']) expect((await stream.next()).value).toBe(expected);
  expect(reads()).toBe(4);
  channel.finish();
});

test('one read is asked for at a time', async () => {
  const { channel, stream, reads } = streaming({ highWaterMark: 3 });
  const waiting = [stream.next(), stream.next()];
  expect(reads()).toBe(1);
  channel.pipeline.fireChannelRead('a');
  channel.pipeline.fireChannelRead('b');
  expect(reads()).toBe(1);
  channel.pipeline.fireChannelReadComplete();
  expect(reads()).toBe(2);
  expect((await Promise.all(waiting)).map((result) => result.value)).toEqual(['a', 'b']);
  channel.finish();
});

test('attached in the initializer it reads when the channel becomes active', () => {
  let reads = 0;
  const channel = new EmbeddedChannel({ register: false, handlers: [] });
  channel.pipeline.addLast({
    read(ctx) {
      reads++;
      ctx.read();
    },
  });
  channel.inbound();
  expect(reads).toBe(0);
  channel.register();
  expect([reads, channel.config.autoRead]).toEqual([1, false]);
  channel.finish();
});

test('leaving the loop closes the channel', async () => {
  const { channel, stream } = streaming();
  channel.writeInbound('a', 'b');
  for await (const message of stream) {
    expect(message).toBe('a');
    break;
  }
  expect(channel.isOpen).toBe(false);
  expect(await stream.next()).toEqual({ done: true, value: undefined });
});

test('an exception in the loop closes the channel too', async () => {
  const { channel, stream } = streaming();
  channel.writeInbound('a');
  const loop = async (): Promise<void> => {
    for await (const _ of stream) throw boom;
  };
  await expect(loop()).rejects.toBe(boom);
  expect(channel.isOpen).toBe(false);
});

test('with keepOpen the channel stays open and the next loop goes on where the first ended', async () => {
  const { channel, stream, reads } = streaming({ keepOpen: true, highWaterMark: 2 });
  channel.writeInbound('a', 'b', 'c');
  for await (const message of stream) {
    expect(message).toBe('a');
    break;
  }
  expect(channel.isOpen).toBe(true);
  const readsThen = reads();
  const got: string[] = [];
  const loop = (async () => {
    for await (const message of stream) got.push(message);
  })();
  await ticksLater();
  expect(got).toEqual(['b', 'c']);
  expect(reads()).toBe(readsThen + 1);
  channel.writeInbound('d');
  channel.close();
  await loop;
  expect(got).toEqual(['b', 'c', 'd']);
});

describe('an exception from the pipeline', () => {
  test('is thrown out of a loop that waits, and closes the channel', async () => {
    const { channel, stream } = streaming();
    const loop = (async () => {
      for await (const _ of stream);
    })();
    await ticksLater();
    channel.pipeline.fireExceptionCaught(boom);
    await expect(loop).rejects.toBe(boom);
    expect(channel.isOpen).toBe(false);
    channel.checkException();
  });

  test('comes after the messages that were there before it, once', async () => {
    const { channel, stream } = streaming();
    channel.writeInbound('a');
    channel.pipeline.fireExceptionCaught(boom);
    channel.pipeline.fireExceptionCaught(new Error('second'));
    expect((await stream.next()).value).toBe('a');
    await expect(stream.next()).rejects.toBe(boom);
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  test('with keepOpen leaves the channel open; what comes after it passes on', async () => {
    const { channel, stream } = streaming({ keepOpen: true });
    channel.pipeline.fireExceptionCaught(boom);
    await expect(stream.next()).rejects.toBe(boom);
    expect(channel.isOpen).toBe(true);
    channel.writeInbound('late');
    expect(channel.readInbound()).toBe('late');
    channel.finish();
  });
});

test('taking the handler out ends the loop', async () => {
  const { channel, stream } = streaming();
  const next = stream.next();
  channel.pipeline.removeLast();
  expect(await next).toEqual({ done: true, value: undefined });
  channel.finish();
});

test.each([0, -1, Number.NaN])('highWaterMark %d is refused', (highWaterMark) => {
  const channel = new EmbeddedChannel();
  expect(() => channel.inbound({ highWaterMark })).toThrow(
    expect.objectContaining({
      code: 'ERR_OUT_OF_RANGE',
      message: `highWaterMark: ${highWaterMark} (expected: >= 1)`,
    }),
  );
  expect([channel.pipeline.names(), channel.config.autoRead]).toEqual([[], true]);
  channel.finish();
});
