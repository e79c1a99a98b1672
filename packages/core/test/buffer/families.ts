import type { ByteBuf } from '../../src/buffer/ByteBuf.js';

/** A way of storing a number, with values to try and the bytes they have to become, from a `DataView`. */
export interface Family {
  /** What follows get, set, read and write: `UnsignedShortLE`. */
  readonly name: string;
  /** What follows set and write: signed and unsigned numbers are stored alike. */
  readonly stores: string;
  readonly size: number;
  readonly values: readonly Value[];
  /** The bytes of a value. */
  encode(value: Value): number[];
}

export type Value = number | bigint | string | boolean;

interface Plain extends Omit<Family, 'encode'> {
  store(view: DataView, value: Value): void;
}

const MAX_SAFE = Number.MAX_SAFE_INTEGER;

function store24(view: DataView, value: Value): void {
  const low = Number(value) & 0xffffff;
  view.setUint8(0, low >>> 16);
  view.setUint16(1, low & 0xffff);
}

const bigEndian: readonly Plain[] = [
  {
    name: 'Boolean',
    stores: 'Boolean',
    size: 1,
    values: [true, false],
    store: (view, value) => view.setUint8(0, value === true ? 1 : 0),
  },
  {
    name: 'Byte',
    stores: 'Byte',
    size: 1,
    values: [0, 1, -1, 127, -128, 0x5a],
    store: (view, value) => view.setInt8(0, Number(value)),
  },
  {
    name: 'UnsignedByte',
    stores: 'Byte',
    size: 1,
    values: [0, 1, 127, 128, 255],
    store: (view, value) => view.setUint8(0, Number(value)),
  },
  {
    name: 'Short',
    stores: 'Short',
    size: 2,
    values: [0, 1, -1, 0x1234, 0x7fff, -0x8000],
    store: (view, value) => view.setInt16(0, Number(value)),
  },
  {
    name: 'UnsignedShort',
    stores: 'Short',
    size: 2,
    values: [0, 1, 0x1234, 0x7fff, 0x8000, 0xffff],
    store: (view, value) => view.setUint16(0, Number(value)),
  },
  {
    name: 'Medium',
    stores: 'Medium',
    size: 3,
    values: [0, 1, -1, 0x123456, 0x7fffff, -0x800000],
    store: store24,
  },
  {
    name: 'UnsignedMedium',
    stores: 'Medium',
    size: 3,
    values: [0, 1, 0x123456, 0x7fffff, 0x800000, 0xffffff],
    store: store24,
  },
  {
    name: 'Int',
    stores: 'Int',
    size: 4,
    values: [0, 1, -1, 0x12345678, 0x7fffffff, -0x80000000],
    store: (view, value) => view.setInt32(0, Number(value)),
  },
  {
    name: 'UnsignedInt',
    stores: 'Int',
    size: 4,
    values: [0, 1, 0x12345678, 0x7fffffff, 0x80000000, 0xffffffff],
    store: (view, value) => view.setUint32(0, Number(value)),
  },
  {
    name: 'Long',
    stores: 'Long',
    size: 8,
    values: [0n, 1n, -1n, 0x123456789abcdef0n, 2n ** 63n - 1n, -(2n ** 63n), -(2n ** 32n), 2n ** 31n],
    store: (view, value) => view.setBigInt64(0, BigInt(value)),
  },
  {
    name: 'UnsignedLong',
    stores: 'Long',
    size: 8,
    values: [0n, 1n, 0x123456789abcdef0n, 2n ** 63n, 2n ** 64n - 1n, 2n ** 32n - 1n],
    store: (view, value) => view.setBigUint64(0, BigInt(value)),
  },
  {
    name: 'LongAsNumber',
    stores: 'LongAsNumber',
    size: 8,
    values: [0, 1, -1, 2 ** 31, -(2 ** 31), 2 ** 32, -(2 ** 32), -(2 ** 32) - 1, MAX_SAFE, -MAX_SAFE],
    store: (view, value) => view.setBigInt64(0, BigInt(value)),
  },
  {
    name: 'UnsignedLongAsNumber',
    stores: 'LongAsNumber',
    size: 8,
    values: [0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, MAX_SAFE],
    store: (view, value) => view.setBigUint64(0, BigInt(value)),
  },
  {
    name: 'Char',
    stores: 'Char',
    size: 2,
    values: ['\0', 'A', 'é', '\u7fff', '\ud83d', '\uffff'],
    store: (view, value) => view.setUint16(0, String(value).charCodeAt(0)),
  },
  {
    name: 'Float',
    stores: 'Float',
    size: 4,
    values: [0, -0, 1.5, -1.5, 3.4028234663852886e38, 1.401298464324817e-45, Infinity, -Infinity, NaN],
    store: (view, value) => view.setFloat32(0, Number(value)),
  },
  {
    name: 'Double',
    stores: 'Double',
    size: 8,
    values: [0, -0, 1.1, -1.1, Number.MAX_VALUE, Number.MIN_VALUE, Infinity, -Infinity, NaN],
    store: (view, value) => view.setFloat64(0, Number(value)),
  },
];

function encodeWith(family: Plain, value: Value): number[] {
  const bytes = new Uint8Array(family.size);
  family.store(new DataView(bytes.buffer), value);
  return [...bytes];
}

/** Every family, big-endian and, where it has more than one byte, little-endian. */
export const families: readonly Family[] = bigEndian.flatMap((family) => {
  const { name, stores, size, values } = family;
  const big: Family = { name, stores, size, values, encode: (value) => encodeWith(family, value) };
  if (size === 1) return [big];
  const little: Family = {
    ...big,
    name: `${name}LE`,
    stores: `${stores}LE`,
    encode: (value) => encodeWith(family, value).reverse(),
  };
  return [big, little];
});

/** The families a value can be stored as: those whose name is that of their set and write methods. */
export const stored: readonly Family[] = families.filter((family) => family.name === family.stores);

/** Calls a method by its name. */
export function call(buf: ByteBuf, method: string, ...args: unknown[]): unknown {
  const found = (buf as unknown as Record<string, (...all: unknown[]) => unknown>)[method];
  if (found === undefined) throw new Error(`no method ${method}`);
  return found.apply(buf, args);
}

/** Where the indexes of a buffer are, to compare before and after. */
export function indexesOf(buf: ByteBuf): { reader: number; writer: number } {
  return { reader: buf.readerIndex, writer: buf.writerIndex };
}

/** What an out of range error has to look like; `message` is how it begins. */
export function rangeError(message = ''): Record<string, unknown> {
  return { name: 'RangeError', code: 'ERR_OUT_OF_RANGE', message: expect.stringContaining(message) };
}

/** What calling `run` throws; fails if it throws nothing. */
export function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('expected to throw');
}
