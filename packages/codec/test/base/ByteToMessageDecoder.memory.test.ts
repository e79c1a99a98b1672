import { FrameReader } from '../../src/frame/FrameReader.js';
import { LengthFieldBasedFrameDecoder } from '../../src/frame/LengthFieldBasedFrameDecoder.js';
import { LineBasedFrameDecoder } from '../../src/frame/LineBasedFrameDecoder.js';
import { drip, Outcome } from '../support/decoding.js';

const decoder = (): LengthFieldBasedFrameDecoder =>
  new LengthFieldBasedFrameDecoder({
    maxFrameLength: 1 << 24,
    lengthFieldLength: 4,
    initialBytesToStrip: 4,
  });

function frame(size: number, fill: number): Buffer {
  const bytes = Buffer.alloc(size + 4, fill);
  bytes.writeUInt32BE(size, 0);
  return bytes;
}

const framesIn = (outcome: Outcome): Buffer[] => outcome.messages as Buffer[];

test('whole frames are views of the chunk', () => {
  const outcome = new Outcome(decoder());
  const chunk = Buffer.concat([frame(100, 1), frame(50_000, 2), frame(0, 3)]);
  outcome.read(chunk);
  expect(framesIn(outcome).map((message) => [message.length, message.buffer === chunk.buffer])).toEqual([
    [100, true],
    [50_000, true],
    [0, true],
  ]);
  expect(framesIn(outcome)[1]?.byteOffset).toBe(chunk.byteOffset + 108);
});

test('only the frame between two chunks is copied', () => {
  const outcome = new Outcome(decoder());
  const stream = Buffer.concat([frame(30_000, 1), frame(30_000, 2), frame(30_000, 3)]);
  const chunks = [stream.subarray(0, 45_000), stream.subarray(45_000)].map((part) => {
    const own = Buffer.alloc(part.length);
    part.copy(own);
    return own;
  });
  outcome.read(chunks[0]);
  outcome.read(chunks[1]);
  const [first, second, third] = framesIn(outcome) as [Buffer, Buffer, Buffer];
  expect(first.buffer).toBe(chunks[0]?.buffer);
  expect(third.buffer).toBe(chunks[1]?.buffer);
  expect(second.equals(Buffer.alloc(30_000, 2))).toBe(true);
  expect(second.buffer.byteLength).toBe(30_004);
});

test('frames stay as they are, whatever comes after them', () => {
  const outcome = new Outcome(decoder());
  const sizes = Array.from({ length: 300 }, (_, i) => (i * 37) % 501);
  const stream = Buffer.concat(sizes.map((size, i) => frame(size, i & 0xff)));
  for (let at = 0; at < stream.length; at += 333) outcome.read(Buffer.from(stream.subarray(at, at + 333)));
  expect(framesIn(outcome)).toHaveLength(300);
  framesIn(outcome).forEach((message, i) => {
    expect(message.equals(Buffer.alloc(sizes[i] as number, i & 0xff))).toBe(true);
  });
});

test('a sender that announces much and sends little gets little memory', () => {
  const allocate = jest.spyOn(Buffer, 'allocUnsafe');
  try {
    const outcome = new Outcome(decoder());
    const announced = frame(10_000_000, 1);
    outcome.read(...drip(announced.subarray(0, 2000)));
    const largest = Math.max(...allocate.mock.calls.map(([size]) => size));
    expect(largest).toBeLessThanOrEqual(65_536);
    expect(framesIn(outcome)).toEqual([]);
  } finally {
    allocate.mockRestore();
  }
});

test('a byte at a time: what is copied grows with the frame, not with its square', () => {
  const allocate = jest.spyOn(Buffer, 'allocUnsafe');
  try {
    const reader = new FrameReader(new LineBasedFrameDecoder({ maxLength: 1 << 20 }));
    const line = Buffer.from(`${'x'.repeat(200_000)}\n`);
    let lines = 0;
    for (const byte of drip(line)) {
      reader.push(byte);
      if (reader.next() !== undefined) lines++;
    }
    expect(lines).toBe(1);
    const allocated = allocate.mock.calls.reduce((sum, [size]) => sum + size, 0);
    expect(allocated).toBeLessThan(4 * line.length);
  } finally {
    allocate.mockRestore();
  }
});
