import { Readable } from 'node:stream';
import { ByteBuf } from '@sluice/core';
import { TooLongFrameException } from '../../src/errors.js';
import { FrameReader, frames } from '../../src/frame/FrameReader.js';
import type { FrameStep } from '../../src/frame/FrameStep.js';
import { LengthFieldBasedFrameDecoder } from '../../src/frame/LengthFieldBasedFrameDecoder.js';
import { LineBasedFrameDecoder } from '../../src/frame/LineBasedFrameDecoder.js';

const lines = (maxLength = 100): LineBasedFrameDecoder => new LineBasedFrameDecoder({ maxLength });

test('decodes without a pipeline', () => {
  const reader = new FrameReader(lines());
  reader.push(Buffer.from('one\ntwo\nthr'));
  expect([reader.next(), reader.next(), reader.next()].map(String)).toEqual(['one', 'two', 'undefined']);
  expect(reader.pendingBytes).toBe(3);
  reader.push(ByteBuf.from('ee\nfo'));
  reader.push(Uint8Array.from(Buffer.from('ur\n')));
  expect([reader.next(), reader.next(), reader.next()].map(String)).toEqual(['three', 'four', 'undefined']);
  expect(reader.pendingBytes).toBe(0);
});

test('throws what the decoder throws, and goes on behind it', () => {
  const reader = new FrameReader(lines(3));
  reader.push(Buffer.from('long\nok\n'));
  expect(() => reader.next()).toThrow(TooLongFrameException);
  expect(String(reader.next())).toBe('ok');
});

test('a step may use bytes without a message, and make messages of any kind', () => {
  const evenBytes: FrameStep<number> = {
    step: (input) => {
      const value = input.readByte();
      return value % 2 === 0 ? value : undefined;
    },
  };
  const reader = new FrameReader(evenBytes);
  reader.push(Buffer.of(1, 3, 4, 5, 0));
  expect([reader.next(), reader.next(), reader.next()]).toEqual([4, 0, undefined]);
});

test('takes bytes only', () => {
  expect(() => new FrameReader(lines()).push('text' as never)).toThrow(/but is of type string/);
});

test('reads a stream', async () => {
  const found: string[] = [];
  const source = Readable.from([Buffer.from('one\ntw'), Buffer.from('o\n'), Buffer.from('rest')]);
  for await (const line of frames(lines(), source)) found.push(String(line));
  expect(found).toEqual(['one', 'two']);
});

test('leaving the loop ends the source', async () => {
  const source = Readable.from([Buffer.from('one\ntwo\n'), Buffer.from('three\n')]);
  for await (const line of frames(lines(), source)) {
    expect(String(line)).toBe('one');
    break;
  }
  expect(source.destroyed).toBe(true);
});

test('takes plain iterables too, and passes errors on', async () => {
  const decoder = new LengthFieldBasedFrameDecoder({ maxFrameLength: 3, lengthFieldLength: 1 });
  const found: unknown[] = [];
  const run = async (): Promise<void> => {
    for await (const frame of frames(decoder, [Buffer.from([1, 7]), Buffer.from([9])])) found.push(frame);
  };
  await expect(run()).rejects.toThrow(TooLongFrameException);
  expect(found).toEqual([Buffer.of(1, 7)]);
});
