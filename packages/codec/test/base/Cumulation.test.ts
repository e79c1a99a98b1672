import { Cumulation } from '../../src/base/Cumulation.js';

const text = (held: Cumulation): string => held.buf.toString('latin1');
const memory = (held: Cumulation): ArrayBufferLike => held.buf.toBuffer(0, held.buf.capacity).buffer;

test('a chunk is read where it lies', () => {
  const held = new Cumulation();
  const chunk = Buffer.alloc(10_000, 'a');
  held.add(chunk);
  expect([held.length, held.isPartlyHidden]).toEqual([10_000, false]);
  expect(memory(held)).toBe(chunk.buffer);
});

test('only the missing bytes are joined to a rest; then reading goes on in the chunk', () => {
  const held = new Cumulation();
  held.add(Buffer.alloc(100_000, 'a'));
  held.buf.skipBytes(99_990);
  held.settle(5);
  const chunk = Buffer.from('bbbbbccccc'.repeat(10_000));
  held.add(chunk);
  expect([held.length, held.isPartlyHidden, text(held)]).toEqual([100_010, true, 'aaaaaaaaaa']);
  held.join(5);
  expect(text(held)).toBe('aaaaaaaaaabbbbb');
  const frame = held.buf.readBuffer(15);
  held.join(0);
  expect(memory(held)).toBe(chunk.buffer);
  expect([held.isPartlyHidden, held.buf.readableBytes, held.buf.readerIndex]).toEqual([false, 99_995, 5]);
  expect(frame.toString()).toBe('aaaaaaaaaabbbbb');
});

test('what was joined and is left over is read in the chunk again', () => {
  const held = new Cumulation();
  held.add(Buffer.from('ab'));
  held.add(Buffer.from('cdefgh'));
  held.join(0);
  expect([text(held), held.isPartlyHidden]).toEqual(['abcdefgh', false]);
  held.add(Buffer.from('ij'));
  held.buf.skipBytes(8);
  held.join(1);
  expect(text(held)).toBe('ij');
});

test('with nothing known it joins as much again as there is, at least 4 KiB', () => {
  const held = new Cumulation();
  held.add(Buffer.alloc(10));
  held.add(Buffer.alloc(100_000));
  const sizes: number[] = [];
  while (held.isPartlyHidden) {
    held.join(0);
    sizes.push(held.buf.readableBytes);
  }
  expect(sizes).toEqual([4106, 8212, 16_424, 32_848, 65_696, 100_010]);
});

test('memory for an announced frame: at most 64 KiB at first, then as bytes arrive', () => {
  const held = new Cumulation();
  const size = 1_000_010;
  const grow = (bytes: number): number => {
    held.add(Buffer.alloc(bytes));
    held.join(size - held.buf.readableBytes);
    return held.buf.capacity;
  };
  held.add(Buffer.alloc(10));
  expect([grow(1000), grow(60_000), grow(60_000), grow(500_000)]).toEqual([65_536, 65_536, 242_020, size]);
});

test('a frame of moderate size gets exactly its memory, as soon as it has begun', () => {
  const held = new Cumulation();
  held.add(Buffer.alloc(100_000));
  held.buf.skipBytes(99_996);
  held.settle(16_380);
  expect([held.buf.readableBytes, held.buf.capacity]).toEqual([4, 16_384]);
});

test('a small rest does not keep a large chunk alive', () => {
  const held = new Cumulation();
  const chunk = Buffer.alloc(100_000, 'a');
  held.add(chunk);
  held.buf.skipBytes(99_997);
  held.settle(0);
  expect([text(held), held.buf.capacity]).toEqual(['aaa', 64]);
  expect(memory(held)).not.toBe(chunk.buffer);
});

test('a large rest stays in its chunk', () => {
  const held = new Cumulation();
  const chunk = Buffer.alloc(100_000);
  held.add(chunk);
  held.buf.skipBytes(10);
  held.settle(1_000_000);
  expect(memory(held)).toBe(chunk.buffer);
});

test('nothing is kept alive when all has been used', () => {
  const held = new Cumulation();
  held.add(Buffer.alloc(10));
  held.buf.skipBytes(10);
  held.settle(0);
  expect([held.length, held.buf.capacity, held.takeAll()]).toEqual([0, 0, null]);
});

test('appending never touches bytes that were shown before', () => {
  const held = new Cumulation();
  held.add(Buffer.from('a'));
  held.settle(0);
  const frames: Buffer[] = [];
  for (let i = 0; i < 500; i++) {
    held.add(Buffer.from(String(i % 10)));
    if (held.isPartlyHidden) held.join(0);
    if (i % 3 === 0) frames.push(held.buf.readBuffer(Math.min(2, held.buf.readableBytes)));
  }
  const all = `a${Array.from({ length: 500 }, (_, i) => i % 10).join('')}`;
  const used = frames.join('');
  expect(used).toBe(all.slice(0, used.length));
  expect(used.length).toBeGreaterThan(300);
});

test('a byte at a time costs a constant amount of copying', () => {
  const held = new Cumulation();
  held.add(Buffer.from('a'));
  held.settle(0);
  const capacities = new Set<number>();
  for (let i = 0; i < 20_000; i++) {
    held.add(Buffer.from('b'));
    held.join(0);
    capacities.add(held.buf.capacity);
  }
  expect(held.length).toBe(20_001);
  expect(capacities.size).toBeLessThan(12);
});

test('takeAll gives all bytes, joined or not', () => {
  const held = new Cumulation();
  held.add(Buffer.from('ab'));
  held.add(Buffer.from('cd'));
  held.add(Buffer.from('ef'));
  expect(held.length).toBe(6);
  expect(held.takeAll()?.toString()).toBe('abcdef');
  expect(held.length).toBe(0);
});

test('a small rest does not keep the memory of a long frame in front of it', () => {
  const held = new Cumulation();
  for (let i = 0; i < 100; i++) {
    held.add(Buffer.alloc(1000, 'a'));
    held.joinAll();
    held.settle(0);
  }
  const long = memory(held);
  held.buf.skipBytes(99_990);
  held.settle(90);
  expect([text(held), held.buf.capacity]).toEqual(['aaaaaaaaaa', 100]);
  expect(memory(held)).not.toBe(long);
});
