/** Order of the bytes of a number: big-endian (network order, the most significant first) or little-endian. */
export type ByteOrder = 'BE' | 'LE';

/** Widths a length field can have, in bytes. */
export type LengthFieldWidth = 1 | 2 | 3 | 4 | 8;

/** Writes `value`, a whole number of at least 0, into `width` bytes. Not checked for fitting. */
export function writeLengthField(
  target: Uint8Array,
  offset: number,
  value: number,
  width: LengthFieldWidth,
  order: ByteOrder,
): void {
  let rest = value;
  if (width === 8) {
    const high = Math.floor(value / 0x1_0000_0000);
    const at = order === 'BE' ? offset : offset + 4;
    writeLengthField(target, at, high, 4, order);
    writeLengthField(target, order === 'BE' ? offset + 4 : offset, value >>> 0, 4, order);
    return;
  }
  if (order === 'BE') {
    for (let i = offset + width - 1; i >= offset; i--) {
      target[i] = rest;
      rest >>>= 8;
    }
  } else {
    for (let i = offset; i < offset + width; i++) {
      target[i] = rest;
      rest >>>= 8;
    }
  }
}
