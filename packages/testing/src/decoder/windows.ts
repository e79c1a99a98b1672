import { ByteBuf, type ByteSource } from '@sluice/core';

/** What a piece looks like to the decoder. */
export type WindowKind = 'buffer' | 'view' | 'array' | 'byteBuf';
export const WINDOWS: readonly WindowKind[] = ['buffer', 'view', 'byteBuf', 'array'];

/** How a report names them. */
export const WINDOW_NAMES: Readonly<Record<WindowKind, string>> = {
  buffer: 'Buffers of their own',
  view: 'Buffers that are views into a larger ArrayBuffer',
  array: 'Uint8Arrays that are views into a larger ArrayBuffer',
  byteBuf: 'ByteBufs whose readerIndex is greater than 0 and whose capacity goes beyond the writerIndex',
};

const SCRIBBLED = 0xee;
/** Odd, so that nothing is aligned. */
const BEFORE = 7;
const AFTER = 64;

/** A piece of the input in memory that does not belong to it as well. */
export interface Window {
  readonly message: ByteSource;
  /** Changes what is around the piece: nobody may have counted on it. */
  scribble(): void;
}

/** `piece` as the window; around it is the beginning of `stream`, which looks like more input. */
export function windowOf(kind: WindowKind, piece: Uint8Array, stream: Uint8Array): Window {
  // Not of Node's pool, which holds the buffers of others.
  if (kind === 'buffer') return { message: Buffer.from(new Uint8Array(piece).buffer), scribble: () => {} };
  const memory = Buffer.from(new ArrayBuffer(BEFORE + piece.length + AFTER));
  const end = BEFORE + piece.length;
  if (stream.length > 0) {
    memory.fill(stream, 0, BEFORE);
    memory.fill(stream, end);
  }
  memory.set(piece, BEFORE);
  return {
    message: inside(kind, memory, end),
    scribble: () => void memory.fill(SCRIBBLED, 0, BEFORE).fill(SCRIBBLED, end),
  };
}

function inside(kind: WindowKind, memory: Buffer, end: number): ByteSource {
  if (kind === 'byteBuf') return ByteBuf.wrap(memory).setIndex(BEFORE, end);
  if (kind === 'view') return memory.subarray(BEFORE, end);
  return new Uint8Array(memory.buffer, BEFORE, end - BEFORE);
}
