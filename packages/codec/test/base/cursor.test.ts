import { ByteBuf } from '@sluice/core';
import { emptyCursor, moveCursor, newCursor } from '../../src/base/cursor.js';

test('a cursor reads one piece of memory after the other, as a new ByteBuf would', () => {
  const cursor = newCursor();
  expect([cursor.readableBytes, cursor.capacity, cursor.isReadOnly]).toEqual([0, 0, true]);
  const first = Buffer.from('abcdef');
  moveCursor(cursor, first, 1, 4);
  expect(ByteBuf.isByteBuf(cursor)).toBe(true);
  expect([cursor.readerIndex, cursor.writerIndex, cursor.capacity]).toEqual([1, 4, 6]);
  expect(cursor.markReaderIndex().readBuffer(3).toString()).toBe('bcd');
  expect(() => cursor.readByte()).toThrow(RangeError);
  expect(cursor.getByte(5)).toBe(0x66);
  expect(() => cursor.getByte(6)).toThrow(RangeError);

  moveCursor(cursor, Buffer.from('xy'), 0, 2);
  expect(cursor.toString('latin1')).toBe('xy');
  expect(cursor.resetReaderIndex().readerIndex).toBe(0);
  expect(cursor.readUnsignedShort()).toBe(0x7879);
});

test('a cursor cannot change the memory it reads', () => {
  const cursor = newCursor();
  moveCursor(cursor, Buffer.from('abc'), 1, 3);
  expect(() => cursor.setByte(0, 1)).toThrow(/read-only/);
  expect(() => cursor.writeByte(1)).toThrow(/read-only/);
  expect(() => cursor.discardReadBytes()).toThrow(/read-only/);
});

test('views made by a cursor stay where they are', () => {
  const cursor = newCursor();
  moveCursor(cursor, Buffer.from('abc'), 0, 3);
  const [slice, view] = [cursor.readSlice(2), cursor.toBuffer()];
  emptyCursor(cursor);
  expect([slice.toString('latin1'), view.toString(), cursor.readableBytes]).toEqual(['ab', 'c', 0]);
});
