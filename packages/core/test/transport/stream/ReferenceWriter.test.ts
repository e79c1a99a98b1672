import { Duplex } from 'node:stream';
import { FramedMessage } from '../../../src/index.js';
import { duplexPair } from '../../support/duplexPair.js';
import { streamChannel, streamChannels } from '../../support/streams.js';
import { eventually, polls } from '../../support/within.js';

/** A stream whose writes end when the test says so. */
class Manual extends Duplex {
  readonly batches: Buffer[][] = [];
  #callbacks: ((error?: Error | null) => void)[] = [];
  override _read(): void {}
  override _writev(chunks: { chunk: Buffer }[], callback: (error?: Error | null) => void): void {
    this.batches.push(chunks.map(({ chunk }) => chunk));
    this.#callbacks.push(callback);
  }
  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this._writev([{ chunk }], callback);
  }
  settle(error?: Error): void {
    this.#callbacks.shift()?.(error);
  }
}

class OneByteHeader extends FramedMessage {
  readonly headerLength = 1;
  override writeHeader(target: Uint8Array, offset: number): void {
    target[offset] = this.payload.length;
  }
}

test('one flush is one write of the messages themselves', async () => {
  const stream = new Manual();
  const channel = await streamChannel(stream);
  const messages = [Buffer.from('a'), Buffer.alloc(100_000, 'b'), new Uint8Array([1, 2])];
  for (const message of messages) channel.write(message);
  channel.write(new OneByteHeader(Buffer.from('framed')));
  channel.write(Buffer.alloc(0));
  channel.flush();
  await eventually('the write', () => stream.batches.length > 0);
  expect(stream.batches).toHaveLength(1);
  const batch = stream.batches[0] as Buffer[];
  expect(batch.map((piece) => piece.length)).toEqual([1, 100_000, 2, 1, 6]);
  expect(batch[0]?.buffer).toBe(messages[0]?.buffer);
  expect(batch[1]?.buffer).toBe(messages[1]?.buffer);
  expect(Buffer.concat(batch.slice(3)).toString('latin1')).toBe('\x06framed');
});

test('promises are done when the stream says so; meanwhile nothing else is handed over', async () => {
  const stream = new Manual();
  const channel = await streamChannel(stream);
  const first = channel.writeAndFlush(Buffer.from('1'));
  channel.flushNow();
  const second = channel.writeAndFlush(Buffer.from('2'));
  const third = channel.writeAndFlush(Buffer.from('3'));
  channel.flushNow();
  expect([stream.batches.length, first.isDone]).toEqual([1, false]);
  stream.settle();
  await first;
  expect(second.isDone).toBe(false);
  await eventually('the second write', () => stream.batches.length === 2);
  stream.settle();
  await Promise.all([second, third]);
  expect(stream.batches.map((batch) => Buffer.concat(batch).toString())).toEqual(['1', '23']);
});

test('a flush within a write listener sends nothing twice', async () => {
  const stream = new Manual();
  const channel = await streamChannel(stream);
  channel.write(Buffer.from('1')).addListener(() => {
    channel.write(Buffer.from('3'));
    channel.flushNow();
  });
  channel.write(Buffer.from('2'));
  channel.flushNow();
  stream.settle();
  await eventually('the second write', () => stream.batches.length === 2);
  stream.settle();
  await polls(2);
  expect(stream.batches.map((batch) => Buffer.concat(batch).toString())).toEqual(['12', '3']);
});

test('a flush of several MiB goes in parts, so that its promises are done bit by bit', async () => {
  const stream = new Manual();
  const channel = await streamChannel(stream);
  const futures = Array.from({ length: 30 }, () => channel.write(Buffer.alloc(100_000)));
  channel.flushNow();
  const parts: number[] = [];
  for (let done = 0; done < futures.length; ) {
    expect(stream.batches).toHaveLength(parts.length + 1);
    stream.settle();
    await eventually('the part is done', () => futures[done]?.isDone === true);
    const now = futures.filter((future) => future.isDone).length;
    parts.push(now - done);
    done = now;
  }
  expect(parts).toEqual([11, 11, 8]);
});

test('cancelled and empty writes reach no stream; they are done in their order', async () => {
  const stream = new Manual();
  const channel = await streamChannel(stream);
  const empty = channel.write(Buffer.alloc(0));
  channel.write(Buffer.from('x')).cancel();
  channel.flushNow();
  expect([empty.isSuccess, stream.batches]).toEqual([true, []]);
});

describe('failures', () => {
  test.each([
    ['at once', true],
    ['later', false],
  ])('a write that fails %s: its promise has the error, the channel closes', async (_when, sync) => {
    const failure = Object.assign(new Error('disk full'), { code: 'ENOSPC' });
    const stream = new Duplex({
      read() {},
      write(_chunk, _encoding, callback) {
        if (sync) callback(failure);
        else setImmediate(callback, failure);
      },
    });
    const channel = await streamChannel(stream);
    const failing = channel.writeAndFlush(Buffer.from('x'));
    const next = channel.writeAndFlush(Buffer.from('y'));
    await expect(failing).rejects.toBe(failure);
    await expect(next).rejects.toBe(failure);
    await channel.closeFuture;
    expect(channel.write(Buffer.from('z')).cause).toMatchObject({
      code: 'ERR_CLOSED_CHANNEL',
      cause: failure,
    });
  });

  test('success reported after destroy() is not believed', async () => {
    const stream = new Manual();
    const channel = await streamChannel(stream);
    const sent = channel.writeAndFlush(Buffer.from('x'));
    channel.flushNow();
    channel.close();
    stream.settle();
    await expect(sent).rejects.toMatchObject({ code: 'ERR_CLOSED_CHANNEL' });
    expect(sent.isSuccess).toBe(false);
  });

  test('a stream that somebody else ended fails the write and closes', async () => {
    const stream = new Manual();
    const channel = await streamChannel(stream);
    stream.end();
    await expect(channel.writeAndFlush(Buffer.from('x'))).rejects.toMatchObject({
      code: 'ERR_STREAM_WRITE_AFTER_END',
    });
    await channel.closeFuture;
  });
});

test('streams of objects carry any message, and no writes that were cancelled', async () => {
  const got: unknown[] = [];
  const { client } = await streamChannels(duplexPair({ objectMode: true }), {
    server: (channel) => channel.pipeline.addLast({ channelRead: (_ctx, message) => void got.push(message) }),
  });
  const messages = [{ a: 1 }, 'text', 7, Buffer.alloc(0), false];
  client.write('cancelled').cancel();
  for (const message of messages) client.write(message);
  client.flush();
  await eventually('all are there', () => got.length === messages.length);
  messages.forEach((message, i) => {
    expect(got[i]).toBe(message);
  });
  expect(client.acceptsFramed).toBe(false);
});
