import { Duplex } from 'node:stream';
import {
  ChannelOption,
  EmbeddedChannel,
  FramedMessage,
  OutboundBuffer,
  type SocketChannel,
} from '../../src/index.js';
import { GatheringWriter } from '../../src/transport/GatheringWriter.js';
import { afterwards } from '../support/opened.js';
import { pattern } from '../support/pattern.js';
import { Recorder } from '../support/Recorder.js';
import { connect, listen, socketPair } from '../support/sockets.js';
import { eventually, signal, within } from '../support/within.js';

/** A four-byte length in front of the payload. */
class Framed extends FramedMessage {
  readonly headerLength = 4;
  writeHeader(target: Uint8Array, offset: number): void {
    new DataView(target.buffer, target.byteOffset).setUint32(offset, this.payload.length);
  }
}

/** Stands for a socket: shows what is written to it, and lets the test decide when a write is done. */
class Sink extends Duplex {
  /** As they were given: whoever reads them later may find other bytes. */
  readonly chunks: Buffer[] = [];
  readonly #copies: Buffer[] = [];
  /** Each entry: the bytes of one call of the runtime. */
  readonly calls: number[] = [];
  held: ((error?: Error | null) => void) | null = null;
  /** Whether writes wait for `release`. */
  holds = false;

  #take(chunks: Buffer[], done: (error?: Error | null) => void): void {
    this.chunks.push(...chunks);
    this.#copies.push(...chunks.map((chunk) => Buffer.from(chunk)));
    this.calls.push(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
    if (this.holds) this.held = done;
    else done();
  }
  override _read(): void {}
  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#take([chunk], done);
  }
  override _writev(items: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#take(
      items.map((item) => item.chunk),
      done,
    );
  }
  release(error?: Error): void {
    const done = this.held;
    this.held = null;
    done?.(error);
  }
  get written(): Buffer {
    return Buffer.concat(this.#copies);
  }
}

/** A writer with its own buffer, over a sink. */
function setUp(): {
  sink: Sink;
  buffer: OutboundBuffer;
  write: () => void;
  add: (message: Uint8Array | FramedMessage) => { done: string | undefined };
  resumed: { times: number };
} {
  const channel = new EmbeddedChannel();
  const buffer = new OutboundBuffer(channel);
  const sink = new Sink();
  const resumed = { times: 0 };
  const writer = new GatheringWriter(sink, () => {
    resumed.times++;
    writer.write(buffer);
  });
  afterwards(() => {
    sink.destroy();
    return channel.close();
  });
  return {
    sink,
    buffer,
    resumed,
    write: () => {
      buffer.addFlush();
      writer.write(buffer);
    },
    add(message) {
      const state: { done: string | undefined } = { done: undefined };
      const promise = channel.newPromise();
      promise.addListener((sent) => {
        state.done = sent.isSuccess ? 'sent' : 'failed';
      });
      buffer.addMessage(message, message.length, promise);
      return state;
    },
  };
}

describe('what the stream gets', () => {
  test('one message goes by reference', () => {
    const { sink, add, write } = setUp();
    const message = Buffer.from('alone');
    const sent = add(message);
    write();
    expect(sink.chunks).toHaveLength(1);
    expect(sink.chunks[0]?.buffer).toBe(message.buffer);
    expect(sink.chunks[0]?.byteOffset).toBe(message.byteOffset);
    expect(sent.done).toBe('sent');
  });

  test('small messages are gathered, large ones go between them by reference, in order', () => {
    const { sink, add, write } = setUp();
    const large = pattern(16 * 1024 + 1);
    const limit = pattern(16 * 1024, 9);
    const messages = [Buffer.from('ab'), Buffer.from('cd'), large, Buffer.from('e'), limit];
    const sent = messages.map(add);
    write();
    expect(sink.calls).toHaveLength(1);
    expect(sink.chunks.map((chunk) => chunk.length)).toEqual([4, large.length, 1 + limit.length]);
    expect(sink.chunks[1]?.buffer).toBe(large.buffer);
    expect(sink.written.equals(Buffer.concat(messages))).toBe(true);
    expect(sent.map((state) => state.done)).toEqual(new Array(5).fill('sent'));
  });

  test('framed messages are written header first, a large payload by reference', () => {
    const { sink, add, write } = setUp();
    const large = pattern(20_000);
    for (const payload of [Buffer.from('abc'), large, Buffer.alloc(0)]) add(new Framed(payload));
    write();
    const length = (n: number): Buffer => Buffer.from([0, 0, n >> 8, n & 0xff]);
    expect(
      sink.written.equals(Buffer.concat([length(3), Buffer.from('abc'), length(20_000), large, length(0)])),
    ).toBe(true);
    expect(sink.chunks.map((chunk) => chunk.length)).toEqual([11, 20_000, 4]);
    expect(sink.chunks[1]?.buffer).toBe(large.buffer);
  });

  test('a framed message alone has its header, too', () => {
    const { sink, add, write } = setUp();
    add(new Framed(Buffer.from('x')));
    write();
    expect([...sink.written]).toEqual([0, 0, 0, 1, 0x78]);
  });

  test('a framed message too large to copy goes by reference when it is alone', () => {
    const { sink, add, write } = setUp();
    const payload = pattern(20_000);
    add(new Framed(payload));
    write();
    expect(sink.chunks.map((chunk) => chunk.length)).toEqual([4, 20_000]);
    expect(sink.chunks[1]?.buffer).toBe(payload.buffer);
  });

  test('a framed message that cannot write its header leaves nothing to the next channel', () => {
    class Broken extends Framed {
      override writeHeader(): void {
        throw new Error('no header');
      }
    }
    const broken = setUp();
    broken.add(pattern(20_000));
    broken.add(new Broken(Buffer.from('x')));
    expect(() => broken.write()).toThrow('no header');
    const next = setUp();
    next.add(Buffer.from('mine'));
    next.write();
    expect(next.sink.written.toString()).toBe('mine');
  });

  test('an empty message alone is done, too', () => {
    const { add, write } = setUp();
    const sent = add(Buffer.alloc(0));
    write();
    expect(sent.done).toBe('sent');
  });

  test('more than the scratch holds goes in several batches', () => {
    const { sink, add, write } = setUp();
    const messages = Array.from({ length: 100 }, (_, i) => pattern(10_000, i));
    const sent = messages.map(add);
    write();
    expect(sink.calls.length).toBeGreaterThan(3);
    expect(Math.max(...sink.calls)).toBeLessThanOrEqual(256 * 1024);
    expect(sink.written.equals(Buffer.concat(messages))).toBe(true);
    expect(sent.every((state) => state.done === 'sent')).toBe(true);
  });

  test('a stream whose write makes another channel write does not mix the two up', () => {
    const outer = setUp();
    const inner = setUp();
    const take = outer.sink._write;
    const answer = (length: number): void => {
      inner.add(Buffer.from('answer '));
      inner.add(Buffer.from(`to ${length};`));
      inner.write();
    };
    outer.sink._write = function (this: Sink, chunk: Buffer, encoding, done): void {
      take.call(this, chunk, encoding, () => {
        answer(chunk.length);
        done();
      });
    };
    const takeAll = outer.sink._writev;
    outer.sink._writev = function (this: Sink, items, done): void {
      takeAll.call(this, items, () => {
        answer(items.length);
        done();
      });
    };
    outer.add(Buffer.from('alone'));
    outer.write();
    outer.add(Buffer.from('1'));
    outer.add(pattern(20_000));
    outer.add(Buffer.from('3'));
    outer.write();
    const expected = [Buffer.from('alone1'), pattern(20_000), Buffer.from('3')];
    expect(outer.sink.written.equals(Buffer.concat(expected))).toBe(true);
    expect(inner.sink.written.toString()).toBe('answer to 5;answer to 3;');
  });
});

describe('when the stream holds data back', () => {
  test('about 1 MiB is handed over at a time; futures are done when it has left', async () => {
    const { sink, add, write, resumed } = setUp();
    sink.holds = true;
    const sent = Array.from({ length: 60 }, (_, i) => add(pattern(64 * 1024, i)));
    write();
    expect(sink.calls).toHaveLength(1);
    expect(sink.calls[0]).toBe(1024 * 1024);
    expect(sent.some((state) => state.done)).toBe(false);
    sink.release();
    // The empty write behind the data.
    await eventually('the marker is written', () => sink.held !== null);
    sink.release();
    await eventually('the next batch', () => sink.calls.length >= 3);
    expect(resumed.times).toBe(1);
    expect(sent.map((state) => state.done).filter(Boolean)).toHaveLength(16);
    sink.holds = false;
    sink.release();
    await eventually('everything has left', () => sent.every((state) => state.done === 'sent'));
    expect(sink.written.equals(Buffer.concat(sent.map((_, i) => pattern(64 * 1024, i))))).toBe(true);
  });

  test('a listener that flushes while futures are completed sends nothing twice', async () => {
    const { sink, buffer, add, write } = setUp();
    const channel = new EmbeddedChannel();
    sink.holds = true;
    const first = channel.newPromise();
    first.addListener(() => {
      add(Buffer.from('4'));
      write();
    });
    buffer.addMessage(Buffer.from('1'), 1, first);
    add(Buffer.from('2'));
    const last = add(Buffer.from('3'));
    write();
    sink.holds = false;
    sink.release();
    await eventually('all has left', () => last.done === 'sent' && buffer.isEmpty);
    expect(sink.written.toString()).toBe('1234');
    await channel.close();
  });

  test('no future is done by a write that failed, or after the stream was destroyed', async () => {
    const failing = setUp();
    failing.sink.on('error', () => {});
    failing.sink._write = (_chunk, _encoding, done): void => done(new Error('EPIPE'));
    const failed = failing.add(Buffer.from('x'));
    failing.write();
    const behind = failing.add(Buffer.from('y'));
    failing.write();
    expect([failed.done, behind.done]).toEqual([undefined, undefined]);

    const destroyed = setUp();
    destroyed.sink.holds = true;
    const held = destroyed.add(Buffer.from('x'));
    destroyed.write();
    destroyed.sink.destroy();
    // What the runtime does for sockets: it reports success for what was in flight.
    destroyed.sink.release();
    await within('the close', new Promise((resolve) => destroyed.sink.once('close', resolve)));
    const late = destroyed.add(Buffer.from('y'));
    destroyed.write();
    expect([held.done, late.done, destroyed.resumed.times]).toEqual([undefined, undefined, 0]);
  });
});

describe('on sockets', () => {
  const FRAMES = 10_000;
  const frame = (i: number, seed: number): Buffer => pattern(200 + ((i * 37) % 1800), i + seed);

  test('the scratch is dropped when the kernel did not take everything: a paused peer gets the right bytes', async () => {
    const children: SocketChannel[] = [];
    const both = signal();
    const listener = await listen((child) => {
      if (children.push(child) === 2) both.fire();
    });
    const paused = new Recorder();
    const reading = new Recorder();
    const first = await connect(
      listener,
      (channel) => channel.pipeline.addLast(paused),
      (bootstrap) => bootstrap.option(ChannelOption.AUTO_READ, false),
    );
    await connect(listener, (channel) => channel.pipeline.addLast(reading));
    await within('both connections', both.promise);
    const [toPaused, toReading] = children as [SocketChannel, SocketChannel];

    const expected: [Buffer[], Buffer[]] = [[], []];
    let done = 0;
    for (let i = 0; i < FRAMES; i++) {
      for (const [to, list, seed] of [
        [toPaused, expected[0], 0],
        [toReading, expected[1], 101],
      ] as const) {
        const bytes = frame(i, seed);
        list.push(bytes);
        to.write(bytes).addListener((sent) => (done += Number(sent.isSuccess)));
        if (i % 7 === 6) to.flush();
      }
      if (i % 70 === 69) await new Promise((resolve) => setImmediate(resolve));
    }
    toPaused.flush();
    toReading.flush();
    const total = expected.map((list) => list.reduce((sum, bytes) => sum + bytes.length, 0)) as [
      number,
      number,
    ];
    await reading.received(total[1], 10_000);
    // Only a peer that the kernel is full for shows anything.
    expect(toPaused.outboundBuffer?.totalPendingWriteBytes).toBeGreaterThan(1024 * 1024);
    first.config.autoRead = true;
    await paused.received(total[0], 10_000);
    expect(Buffer.concat(reading.chunks).equals(Buffer.concat(expected[1]))).toBe(true);
    expect(Buffer.concat(paused.chunks).equals(Buffer.concat(expected[0]))).toBe(true);
    await eventually('all futures are done', () => done === 2 * FRAMES);
    expect(toPaused.outboundBuffer?.totalPendingWriteBytes).toBe(0);
  });

  test('futures on the slow path complete in order; none succeeds after a close', async () => {
    const atServer = new Recorder();
    const { client, server } = await socketPair({
      server: (channel) => channel.pipeline.addLast(atServer),
      serverOptions: [[ChannelOption.AUTO_READ, false]],
    });
    const size = 60_000;
    const done: number[] = [];
    for (let i = 0; i < 400; i++) client.write(pattern(size, i)).addListener(() => done.push(i));
    client.flush();
    await eventually('something waits', () => client.isWritable === false);
    expect(done.length).toBeLessThan(400);
    server.config.autoRead = true;
    await atServer.received(400 * size, 10_000);
    await eventually('all futures are done', () => done.length === 400);
    expect(done).toEqual(Array.from({ length: 400 }, (_, i) => i));
    await eventually('it is writable again', () => client.isWritable);

    server.config.autoRead = false;
    const outcomes = Array.from({ length: 400 }, (_, i) => client.write(pattern(size, i)));
    client.flushNow();
    const sentAtOnce = outcomes.filter((outcome) => outcome.isSuccess).length;
    await within('the close', client.close());
    expect(outcomes.filter((outcome) => outcome.isSuccess)).toHaveLength(sentAtOnce);
    expect(outcomes.filter((outcome) => outcome.cause !== null)).toHaveLength(400 - sentAtOnce);
  });

  test('a write the system refuses fails with its error, never as sent', async () => {
    const { client, server } = await socketPair();
    const atClient = new Recorder();
    client.pipeline.addLast(atClient);
    client.config.autoRead = false;
    await new Promise((resolve) => setImmediate(resolve));
    server.socket?.resetAndDestroy();
    await within('the reset', server.closeFuture);
    const outcomes: (string | undefined)[] = [];
    for (let i = 0; i < 3; i++) {
      client
        .writeAndFlush(Buffer.from('into the void'))
        .addListener((sent) => outcomes.push((sent.cause as { code?: string } | null)?.code ?? 'sent'));
      client.flushNow();
    }
    await within('the close', client.closeFuture);
    expect(outcomes).toHaveLength(3);
    expect(outcomes).not.toContain('sent');
    for (const code of outcomes) expect(['EPIPE', 'ECONNRESET']).toContain(code);
    // Its futures tell it; the pipeline need not.
    expect(atClient.causes).toEqual([]);
    expect(client.write(Buffer.from('x')).cause).toMatchObject({
      code: 'ERR_CLOSED_CHANNEL',
      cause: { syscall: 'write' },
    });
  });
});
