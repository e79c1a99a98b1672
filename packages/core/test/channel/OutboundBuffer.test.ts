import {
  ByteBuf,
  type ChannelPromise,
  ClosedChannelException,
  EmbeddedChannel,
  type OutboundBuffer,
  setLogger,
  WriteBufferWaterMark,
} from '@sluice/core';

/** A channel whose transport takes nothing: what is flushed stays in the buffer. */
class FullChannel extends EmbeddedChannel {
  protected override doWrite(): void {}
}

let channel: FullChannel;
let buffer: OutboundBuffer;
let writability: boolean[];
const boom = new Error('boom');

beforeEach(() => {
  writability = [];
  channel = new FullChannel({
    handlers: [{ channelWritabilityChanged: () => void writability.push(channel.isWritable) }],
  });
  buffer = channel.outboundBuffer as OutboundBuffer;
});
afterEach(() => channel.finishAndReleaseAll());

const bytes = (length: number): Uint8Array => new Uint8Array(length);

/** Adds messages of these sizes; returns their promises. */
function add(...sizes: number[]): ChannelPromise[] {
  return sizes.map((size) => {
    const promise = channel.newPromise();
    promise.addListener(() => {});
    buffer.addMessage(bytes(size), size, promise);
    return promise;
  });
}

describe('entries', () => {
  test('are added, then flushed, then taken off in order (rule 42)', () => {
    const [a, b] = add(1, 2) as [ChannelPromise, ChannelPromise];
    expect(buffer).toMatchObject({ size: 0, isEmpty: true, current: null, first: null });
    expect(buffer.remove()).toBe(false);
    buffer.addFlush();
    expect(buffer).toMatchObject({ size: 2, isEmpty: false, current: bytes(1), first: a });
    expect(buffer.remove()).toBe(true);
    expect([a.isSuccess, b.isDone, buffer.size]).toEqual([true, false, 1]);
    expect(buffer.current).toEqual(bytes(2));
    buffer.remove();
    expect(b.isSuccess).toBe(true);
    expect([buffer.isEmpty, buffer.current, buffer.totalPendingWriteBytes]).toEqual([true, null, 0]);
  });

  test('added after a flush wait for the next one', () => {
    add(1);
    buffer.addFlush();
    add(2);
    expect(buffer.size).toBe(1);
    buffer.addFlush();
    expect(buffer.size).toBe(2);
    buffer.addFlush();
    expect(buffer.size).toBe(2);
  });

  test('can fail one by one', () => {
    const [a, b] = add(1, 2) as [ChannelPromise, ChannelPromise];
    buffer.addFlush();
    expect(buffer.removeFailed(boom)).toBe(true);
    expect([a.cause, b.isDone]).toEqual([boom, false]);
    buffer.removeFailed(boom);
    expect(buffer.removeFailed(boom)).toBe(false);
  });

  test('one promise may stand for two messages; the first result counts', () => {
    const warn = jest.fn();
    setLogger({ debug() {}, info() {}, warn, error() {} });
    const promise = channel.newPromise();
    buffer.addMessage(bytes(1), 1, promise);
    buffer.addMessage(bytes(2), 2, promise);
    buffer.addFlush();
    expect(buffer.size).toBe(2);
    buffer.remove();
    expect(promise.isSuccess).toBe(true);
    expect(buffer.current).toEqual(bytes(2));
    buffer.remove();
    setLogger();
    expect([buffer.isEmpty, warn.mock.calls.length]).toEqual([true, 1]);
  });
});

describe('a cancelled write (rule 46)', () => {
  test('is skipped and counts nothing once flushed', () => {
    const [a, b] = add(10, 20) as [ChannelPromise, ChannelPromise];
    expect(a.cancel()).toBe(true);
    expect(buffer.totalPendingWriteBytes).toBe(10 + 20 + 2 * 96);
    buffer.addFlush();
    expect(buffer.totalPendingWriteBytes).toBe(20 + 96);
    expect(buffer.current).toEqual(bytes(0));
    buffer.remove();
    expect([a.isCancelled, buffer.current]).toEqual([true, bytes(20)]);
    buffer.remove();
    expect([b.isSuccess, buffer.totalPendingWriteBytes]).toEqual([true, 0]);
  });

  test('is skipped with all the messages of its promise', () => {
    const warn = jest.fn();
    setLogger({ debug() {}, info() {}, warn, error() {} });
    const promise = channel.newPromise().addListener(() => {});
    for (const size of [10, 20]) buffer.addMessage(bytes(size), size, promise);
    promise.cancel();
    buffer.addFlush();
    expect([buffer.size, buffer.totalPendingWriteBytes]).toEqual([2, 0]);
    for (let i = 0; i < 2; i++) {
      expect(buffer.current).toEqual(bytes(0));
      buffer.remove();
    }
    setLogger();
    expect([buffer.isEmpty, warn.mock.calls.length]).toEqual([true, 0]);
  });

  test('between others does not stand in the way of the bytes behind it', () => {
    const [a, b, c] = add(1, 2, 1) as [ChannelPromise, ChannelPromise, ChannelPromise];
    b.cancel();
    buffer.addFlush();
    buffer.removeBytes(2);
    expect([a.isSuccess, b.isCancelled, c.isSuccess]).toEqual([true, true, true]);
    expect([buffer.isEmpty, buffer.totalPendingWriteBytes]).toEqual([true, 0]);
  });

  test('cannot be cancelled once flushed', () => {
    const [a] = add(10) as [ChannelPromise];
    buffer.addFlush();
    expect([a.cancel(), a.isCancellable]).toEqual([false, false]);
  });
});

describe('removeBytes', () => {
  test('takes whole messages off and shortens the one that was written in part', () => {
    const [a, b, c] = add(2, 3, 4) as [ChannelPromise, ChannelPromise, ChannelPromise];
    buffer.addFlush();
    buffer.removeBytes(4);
    expect([a.isSuccess, b.isDone, buffer.currentProgress]).toEqual([true, false, 2]);
    expect(buffer.current).toEqual(bytes(1));
    buffer.removeBytes(3);
    expect([b.isSuccess, c.isDone, buffer.currentProgress]).toEqual([true, false, 2]);
    expect(buffer.current).toEqual(bytes(2));
    buffer.removeBytes(2);
    expect([c.isSuccess, buffer.isEmpty, buffer.currentProgress]).toEqual([true, true, 0]);
  });

  test('moves the reader index of a ByteBuf', () => {
    const message = ByteBuf.from([1, 2, 3]);
    buffer.addMessage(message, 3, channel.newPromise());
    buffer.addFlush();
    buffer.removeBytes(2);
    expect([buffer.current, message.readableBytes]).toEqual([message, 1]);
    buffer.removeBytes(1);
    expect(buffer.isEmpty).toBe(true);
  });

  test('takes empty messages off and stops at what is not made of bytes', () => {
    const [empty] = add(0) as [ChannelPromise];
    buffer.addMessage('text', 8, channel.newPromise());
    buffer.addFlush();
    buffer.removeBytes(0);
    expect([empty.isSuccess, buffer.current]).toEqual([true, 'text']);
  });
});

describe('writability (rule 45)', () => {
  beforeEach(() => {
    channel.config.writeBufferWaterMark = new WriteBufferWaterMark(200, 300);
  });

  test('turns off above the high mark and on below the low one, each once', () => {
    add(4, 4);
    expect([buffer.totalPendingWriteBytes, writability]).toEqual([200, []]);
    add(4);
    expect([buffer.totalPendingWriteBytes, writability]).toEqual([300, []]);
    add(0, 0);
    expect([buffer.isWritable, writability]).toEqual([false, [false]]);
    buffer.addFlush();
    buffer.remove();
    buffer.remove();
    buffer.remove();
    expect([buffer.totalPendingWriteBytes, writability]).toEqual([192, [false, true]]);
    buffer.remove();
    expect(writability).toEqual([false, true]);
  });

  test('exactly the low mark is not writable yet', () => {
    add(104, 105);
    expect(buffer.isWritable).toBe(false);
    buffer.addFlush();
    buffer.remove();
    expect([buffer.totalPendingWriteBytes, buffer.isWritable]).toEqual([201, false]);
    expect(buffer.bytesBeforeWritable).toBe(2);
    buffer.decrementPendingOutboundBytes(1);
    expect([buffer.totalPendingWriteBytes, buffer.isWritable]).toEqual([200, false]);
    buffer.decrementPendingOutboundBytes(1);
    expect(buffer.isWritable).toBe(true);
  });

  test('tells how many bytes are missing', () => {
    expect([buffer.bytesBeforeUnwritable, buffer.bytesBeforeWritable]).toEqual([301, 0]);
    add(4);
    expect([buffer.bytesBeforeUnwritable, buffer.bytesBeforeWritable]).toEqual([201, 0]);
    add(200);
    expect([buffer.bytesBeforeUnwritable, buffer.bytesBeforeWritable]).toEqual([0, 197]);
    expect([channel.bytesBeforeUnwritable, channel.bytesBeforeWritable]).toEqual([0, 197]);
  });

  test('users have 31 flags; the event comes as a task, when the first goes off and the last comes on', () => {
    buffer.setUserDefinedWritability(1, false);
    buffer.setUserDefinedWritability(31, false);
    expect([buffer.isWritable, writability]).toEqual([false, []]);
    expect([buffer.getUserDefinedWritability(1), buffer.getUserDefinedWritability(2)]).toEqual([false, true]);
    channel.runPendingTasks();
    expect(writability).toEqual([false]);
    buffer.setUserDefinedWritability(1, true);
    channel.runPendingTasks();
    expect(writability).toEqual([false]);
    buffer.setUserDefinedWritability(31, true);
    channel.runPendingTasks();
    expect(writability).toEqual([false, true]);
  });

  test.each([0, 32, -1])('there is no flag %d', (index) => {
    const refused = expect.objectContaining({
      code: 'ERR_OUT_OF_RANGE',
      message: `index: ${index} (expected: 1~31)`,
    });
    expect(() => buffer.setUserDefinedWritability(index, false)).toThrow(refused);
    expect(() => buffer.getUserDefinedWritability(index)).toThrow(refused);
  });

  test('the marks and the flags both have to allow it', () => {
    buffer.setUserDefinedWritability(3, false);
    add(300);
    channel.runPendingTasks();
    buffer.setUserDefinedWritability(3, true);
    channel.runPendingTasks();
    expect([buffer.isWritable, writability]).toEqual([false, [false]]);
    buffer.addFlush();
    buffer.remove();
    expect([buffer.isWritable, writability]).toEqual([true, [false, true]]);
  });

  describe('bytes that leave in the midst of an addition', () => {
    /** As a transport that flushes before a message would pass the high mark. */
    const replace = (size: number): void => {
      buffer.addFlush();
      buffer.quietly(() => {
        while (buffer.remove());
      });
      add(size);
    };
    beforeEach(() => {
      channel.config.writeBufferWaterMark = new WriteBufferWaterMark(500, 1000);
      add(2000);
    });

    test('are no change if the new ones take their place', () => {
      replace(2000);
      replace(3000);
      channel.runPendingTasks();
      expect([channel.isWritable, writability]).toEqual([false, [false]]);
    });

    test('are told when it is over', () => {
      replace(10);
      expect([channel.isWritable, writability]).toEqual([true, [false]]);
      channel.runPendingTasks();
      expect(writability).toEqual([false, true]);
    });

    test('are not told if it is unwritable again by then', () => {
      replace(10);
      add(2000);
      channel.runPendingTasks();
      expect([channel.isWritable, writability]).toEqual([false, [false]]);
      buffer.addFlush();
      while (buffer.remove());
      expect(writability).toEqual([false, true]);
    });

    test('change nothing while a flag forbids writing', () => {
      buffer.setUserDefinedWritability(1, false);
      replace(10);
      channel.runPendingTasks();
      expect([channel.isWritable, writability]).toEqual([false, [false]]);
      buffer.setUserDefinedWritability(1, true);
      channel.runPendingTasks();
      expect(writability).toEqual([false, true]);
    });
  });

  test('a flag that is off hides what the marks say', () => {
    add(300);
    expect(writability).toEqual([false]);
    buffer.setUserDefinedWritability(1, false);
    buffer.addFlush();
    buffer.remove();
    channel.runPendingTasks();
    expect([buffer.totalPendingWriteBytes, buffer.isWritable, writability]).toEqual([0, false, [false]]);
    buffer.setUserDefinedWritability(1, true);
    channel.runPendingTasks();
    expect([buffer.isWritable, writability]).toEqual([true, [false, true]]);
  });

  test('bytes that a handler holds back count too (rule 55)', () => {
    buffer.incrementPendingOutboundBytes(301);
    channel.runPendingTasks();
    expect([channel.isWritable, writability]).toEqual([false, [false]]);
    buffer.decrementPendingOutboundBytes(301);
    channel.runPendingTasks();
    expect([channel.isWritable, writability]).toEqual([true, [false, true]]);
  });
});

describe('at the end', () => {
  test('flushed entries fail with one cause, the others with another', () => {
    const [flushed] = add(1) as [ChannelPromise];
    buffer.addFlush();
    const [unflushed] = add(2) as [ChannelPromise];
    buffer.failFlushed(boom, false);
    expect([flushed.cause, unflushed.isDone]).toEqual([boom, false]);
    const closed = new ClosedChannelException('closed');
    buffer.close(closed, true);
    expect(unflushed.cause).toBe(closed);
    expect([buffer.totalPendingWriteBytes, writability]).toEqual([0, []]);
  });

  test('close wants the channel closed and flushed entries handled', () => {
    const closed = new ClosedChannelException('closed');
    expect(() => buffer.close(closed)).toThrow('close() must be invoked after the channel is closed.');
    add(1);
    buffer.addFlush();
    expect(() => buffer.close(closed, true)).toThrow(
      'close() must be invoked after all flushed writes are handled.',
    );
  });

  test('a listener that fails the rest again while it fails does nothing', () => {
    const [a, b] = add(1, 2) as [ChannelPromise, ChannelPromise];
    const order: string[] = [];
    a.addListener(() => {
      order.push('a');
      buffer.failFlushed(new Error('again'), true);
      order.push('a returns');
    });
    b.addListener(() => order.push('b'));
    buffer.addFlush();
    buffer.failFlushed(boom, true);
    expect(order).toEqual(['a', 'a returns', 'b']);
    expect(b.cause).toBe(boom);
  });

  test('hooks hear when the last flushed entry has left and when it turns writable', () => {
    const drained = jest.fn();
    const writable = jest.fn();
    buffer.onDrained = drained;
    buffer.onWritable = writable;
    channel.config.writeBufferWaterMark = new WriteBufferWaterMark(1, 100);
    add(10, 10);
    buffer.addFlush();
    buffer.remove();
    expect([drained.mock.calls.length, writable.mock.calls.length]).toEqual([0, 0]);
    buffer.remove();
    expect([drained.mock.calls.length, writable.mock.calls.length]).toEqual([1, 1]);
  });
});

test('cancelled writes that make room are told of once, when the flush has marked them all', () => {
  channel.config.writeBufferWaterMark = new WriteBufferWaterMark(200, 300);
  const heard: [boolean, number][] = [];
  channel.pipeline.addLast({
    channelWritabilityChanged: () => void heard.push([channel.isWritable, buffer.totalPendingWriteBytes]),
  });
  const writes = [500, 1, 1].map((size) => channel.write(bytes(size)));
  writes[0]?.cancel();
  writes[1]?.cancel();
  channel.pipeline.removeFirst();
  channel.flush();
  expect(heard).toEqual([[true, 97]]);
});

test('a write and a flush by who hears that a cancelled write made room keep every entry, in order', () => {
  channel.config.writeBufferWaterMark = new WriteBufferWaterMark(200, 300);
  let answered = false;
  channel.pipeline.addLast({
    channelWritabilityChanged() {
      if (!channel.isWritable || answered) return;
      answered = true;
      channel.writeAndFlush(bytes(7)).addListener(() => {});
    },
  });
  const big = channel.write(bytes(500));
  channel.write(bytes(1)).addListener(() => {});
  big.cancel();
  channel.pipeline.removeFirst();
  channel.flush();
  expect(answered).toBe(true);
  const lengths: number[] = [];
  for (let message = buffer.current; message !== null; message = buffer.current) {
    lengths.push((message as Uint8Array).length);
    buffer.remove();
  }
  expect(lengths).toEqual([0, 1, 7]);
  expect([buffer.size, buffer.totalPendingWriteBytes]).toEqual([0, 0]);
});
