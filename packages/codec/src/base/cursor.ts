import { Buffer } from 'node:buffer';
import { ByteBuf } from '@sluice/core';

/** The parts of a `ByteBuf` that say where its bytes are. */
interface Indexes {
  _bytes: Buffer;
  _capacity: number;
  _writeLimit: number;
  _maxCapacity: number;
  _readerIndex: number;
  _writerIndex: number;
  _markedReaderIndex: number;
  _markedWriterIndex: number;
}

const NOTHING = Buffer.alloc(0);

/** A read-only `ByteBuf` that {@link moveCursor} puts over one piece of memory after the other. */
export function newCursor(): ByteBuf {
  return ByteBuf.wrap(NOTHING).asReadOnly();
}

/** Lets `cursor` read `bytes` from `start` to `end`. An object per read is saved. */
export function moveCursor(cursor: ByteBuf, bytes: Buffer, start: number, end: number): void {
  const indexes = cursor as unknown as Indexes;
  indexes._bytes = bytes;
  indexes._capacity = bytes.length;
  indexes._maxCapacity = bytes.length;
  indexes._readerIndex = start;
  indexes._writerIndex = end;
  indexes._markedReaderIndex = 0;
  indexes._markedWriterIndex = 0;
}

/** Lets go of the memory, so that an idle decoder keeps no chunk alive. */
export function emptyCursor(cursor: ByteBuf): void {
  moveCursor(cursor, NOTHING, 0, 0);
}
