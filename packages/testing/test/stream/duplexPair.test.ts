import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type Duplex, Transform } from 'node:stream';
import { finished } from 'node:stream/promises';
import { duplexPair } from '@sluice/testing';

/** Lets everything that is due now happen. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function read(stream: Duplex): string[] {
  const chunks: string[] = [];
  stream.on('data', (chunk) => chunks.push(String(chunk)));
  return chunks;
}

test('what is written to one end is read from the other, by reference, both ways', async () => {
  const [a, b] = duplexPair();
  const got: unknown[] = [];
  b.on('data', (chunk) => got.push(chunk));
  const back = read(a);
  await settled();
  const chunk = Buffer.from('there');
  a.write(chunk);
  expect(got[0]).toBe(chunk);
  b.write('and back');
  expect(back).toEqual(['and back']);
});

test('back-pressure: a write is done when the other end has room', async () => {
  const [a, b] = duplexPair({ highWaterMark: 4 });
  let done = 0;
  for (let i = 0; i < 4; i++) a.write('1234', () => done++);
  expect(a.write('more')).toBe(false);
  await settled();
  expect([done, b.readableLength]).toEqual([0, 4]);
  b.read();
  await settled();
  expect([done, b.readableLength]).toEqual([2, 4]);
  const drained = once(a, 'drain');
  const rest = read(b);
  await drained;
  expect([rest.join(''), done]).toEqual(['12341234more', 4]);
});

test('eager: every write is taken at once', async () => {
  const [a, b] = duplexPair({ highWaterMark: 4, eager: true });
  let done = 0;
  for (let i = 0; i < 100; i++) a.write('1234', () => done++);
  await settled();
  expect([done, b.readableLength]).toEqual([100, 400]);
});

describe('chunkSize', () => {
  test('feeds the reader in chunks of at most this size', async () => {
    const [a, b] = duplexPair({ chunkSize: 3 });
    const chunks = read(b);
    a.write('12345678');
    a.write('');
    a.end('x');
    await once(b, 'end');
    expect(chunks).toEqual(['123', '456', '78', 'x']);
  });

  test('byte by byte, with back-pressure', async () => {
    const [a, b] = duplexPair({ chunkSize: 1, highWaterMark: 2 });
    let done = false;
    a.write('abcdef', () => {
      done = true;
    });
    await settled();
    expect([b.readableLength, done]).toEqual([2, false]);
    const chunks = read(b);
    await settled();
    expect([chunks, done]).toEqual([['a', 'b', 'c', 'd', 'e', 'f'], true]);
  });

  test('a reader that stops in the middle goes on where it stopped', async () => {
    const [a, b] = duplexPair({ chunkSize: 1, highWaterMark: 1 });
    const chunks: string[] = [];
    b.on('data', (chunk) => {
      chunks.push(String(chunk));
      if (chunks.length === 2) b.pause();
    });
    a.write('abcd');
    await settled();
    expect(chunks).toEqual(['a', 'b']);
    b.resume();
    await settled();
    expect(chunks).toEqual(['a', 'b', 'c', 'd']);
  });

  test('eager: chunks that are taken at once', async () => {
    const [a, b] = duplexPair({ chunkSize: 1, highWaterMark: 1, eager: true });
    let done = false;
    a.write('abcd', () => {
      done = true;
    });
    await settled();
    expect([b.readableLength, done]).toEqual([4, true]);
  });

  test('objects are not cut', async () => {
    const [a, b] = duplexPair({ objectMode: true, chunkSize: 1 });
    const got: unknown[] = [];
    b.on('data', (value) => got.push(value));
    await settled();
    a.write({ whole: true });
    expect(got).toEqual([{ whole: true }]);
  });

  test('less than 1 is refused', () => {
    for (const chunkSize of [0, -1, Number.NaN]) {
      expect(() => duplexPair({ chunkSize })).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }));
    }
  });
});

describe('ends', () => {
  test('half-close: the other end sees the end and can still write', async () => {
    const [a, b] = duplexPair();
    const back = read(a);
    const there = read(b);
    a.end('last');
    await once(b, 'end');
    expect(there).toEqual(['last']);
    b.write('answer');
    await settled();
    expect(back).toEqual(['answer']);
    b.end();
    await Promise.all([finished(a), finished(b)]);
    expect([a.destroyed, b.destroyed]).toEqual([true, true]);
  });

  test('without half-open: the end is answered by an end', async () => {
    const [a, b] = duplexPair({ allowHalfOpen: false });
    a.resume();
    b.resume();
    a.end();
    await Promise.all([finished(a), finished(b)]);
  });

  test('destroy() ends the other, and its writes fail', async () => {
    const [a, b] = duplexPair();
    const chunks = read(b);
    a.write('before');
    a.destroy();
    await once(b, 'end');
    expect(chunks).toEqual(['before']);
    const failed = once(b, 'error');
    b.write('after');
    expect((await failed)[0]).toMatchObject({ code: 'EPIPE', syscall: 'write' });
    expect(b.destroyed).toBe(true);
  });

  test('destroy(error) resets the other', async () => {
    const [a, b] = duplexPair();
    b.resume();
    a.on('error', () => {});
    a.destroy(new Error('gone'));
    const [error] = await once(b, 'error');
    expect(error).toMatchObject({ code: 'ECONNRESET', syscall: 'read' });
    expect(b.destroyed).toBe(true);
  });

  test('a write that the other end has not taken fails when it is destroyed', async () => {
    for (const chunkSize of [undefined, 1]) {
      const [a, b] = duplexPair({ highWaterMark: 1, ...(chunkSize && { chunkSize }) });
      const failed = new Promise((resolve) => a.write('too much', resolve));
      a.on('error', () => {});
      await settled();
      b.destroy();
      expect(await failed).toMatchObject({ code: 'EPIPE' });
    }
  });

  test('both destroyed, in any order: both close, without an error', async () => {
    const [a, b] = duplexPair();
    const closed = Promise.all([once(a, 'close'), once(b, 'close')]);
    a.destroy();
    b.destroy();
    await closed;
    expect([a.errored, b.errored]).toEqual([null, null]);
  });

  test('one that ends after the other is destroyed closes in peace', async () => {
    const [a, b] = duplexPair();
    b.resume();
    a.destroy();
    await once(a, 'close');
    b.end();
    await once(b, 'close');
    expect(b.errored).toBeNull();
  });
});

test('libraries that work on streams work on it', async () => {
  const [a, b] = duplexPair({ chunkSize: 5 });
  const upper = new Transform({
    transform: (chunk, _encoding, done) => done(null, String(chunk).toUpperCase()),
  });
  b.pipe(upper).pipe(b);
  const lines: string[] = [];
  const reading = (async () => {
    for await (const line of createInterface(a)) lines.push(line);
  })();
  a.end('first line\nsecond line\n');
  await reading;
  expect(lines).toEqual(['FIRST LINE', 'SECOND LINE']);
});
