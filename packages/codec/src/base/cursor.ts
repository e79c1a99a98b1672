import { Buffer } from 'node:buffer';
import { ByteBuf } from '@sluice/core';

const NOTHING = Buffer.alloc(0);

/** A read-only `ByteBuf` that {@link moveCursor} puts over one piece of memory after the other. */
export function newCursor(): ByteBuf {
  return ByteBuf.wrap(NOTHING).asReadOnly();
}

/** Lets `cursor` read `bytes` from `start` to `end`. An object per read is saved. */
export function moveCursor(cursor: ByteBuf, bytes: Buffer, start: number, end: number): void {
  cursor._moveTo(bytes, start, end);
}

/** Lets go of the memory, so that an idle decoder keeps no chunk alive. */
export function emptyCursor(cursor: ByteBuf): void {
  moveCursor(cursor, NOTHING, 0, 0);
}
