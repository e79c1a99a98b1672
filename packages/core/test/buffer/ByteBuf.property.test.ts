import fc from 'fast-check';
import { ByteBuf } from '../../src/buffer/ByteBuf.js';
import { compareBytes } from '../../src/buffer/compareBytes.js';
import { call, type Family, families, indexesOf, type Value } from './families.js';

/** A fixed seed: a failure on one machine is the same failure on the next. Set FAST_CHECK_SEED for others. */
const SEED = Number(process.env.FAST_CHECK_SEED ?? 42);

function check<T>(property: fc.IRawProperty<T>, numRuns = 200): void {
  fc.assert(property, { seed: SEED, numRuns });
}

/** Any value a family can hold, beyond those of its table. */
function valuesOf(family: Family): fc.Arbitrary<Value> {
  const base = family.name.replace(/LE$/, '');
  const bits = family.size * 8;
  if (base === 'Boolean') return fc.boolean();
  if (base === 'Char') return fc.nat(0xffff).map((unit) => String.fromCharCode(unit));
  if (base === 'Float') return fc.float();
  if (base === 'Double') return fc.double();
  if (base === 'Long') return fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n);
  if (base === 'UnsignedLong') return fc.bigInt(0n, 2n ** 64n - 1n);
  if (base === 'LongAsNumber') return fc.maxSafeInteger();
  if (base === 'UnsignedLongAsNumber') return fc.maxSafeNat();
  if (base.startsWith('Unsigned')) return fc.integer({ min: 0, max: 2 ** bits - 1 });
  return fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 });
}

const typedValue = fc
  .constantFrom(...families)
  .chain((family) => valuesOf(family).map((value) => ({ family, value })));

test('what is written in any order of types is read back', () => {
  check(
    fc.property(fc.array(typedValue, { maxLength: 60 }), fc.nat(40), (writes, capacity) => {
      const buf = ByteBuf.alloc(capacity);
      for (const { family, value } of writes) call(buf, `write${family.stores}`, value);
      const all = writes.flatMap(({ family, value }) => family.encode(value));
      expect([...buf.toBuffer()]).toEqual(all);
      let index = 0;
      for (const { family, value } of writes) {
        expect(call(buf, `get${family.name}`, index)).toBe(value);
        expect(call(buf, `read${family.name}`)).toBe(value);
        index += family.size;
        expect(buf.readerIndex).toBe(index);
      }
      expect(buf.isReadable()).toBe(false);
    }),
  );
});

/** A buffer as simple as can be: a list of bytes and two indexes. */
class Model {
  bytes: number[];
  reader = 0;
  writer = 0;
  readonly max: number;

  constructor(capacity: number, max: number) {
    this.bytes = new Array<number>(capacity).fill(0);
    this.max = max;
  }

  write(bytes: readonly number[]): void {
    const end = this.writer + bytes.length;
    if (end > this.max) throw new RangeError('model');
    if (end > this.bytes.length) {
      let capacity = 64;
      while (capacity < end) capacity *= 2;
      this.grow(Math.min(capacity, this.max));
    }
    this.bytes.splice(this.writer, bytes.length, ...bytes);
    this.writer = end;
  }

  grow(capacity: number): void {
    while (this.bytes.length < capacity) this.bytes.push(0);
  }

  read(length: number): number[] {
    if (this.reader + length > this.writer) throw new RangeError('model');
    this.reader += length;
    return this.bytes.slice(this.reader - length, this.reader);
  }

  set(index: number, bytes: readonly number[]): void {
    if (index < 0 || index + bytes.length > this.bytes.length) throw new RangeError('model');
    this.bytes.splice(index, bytes.length, ...bytes);
  }

  setIndex(reader: number, writer: number): void {
    if (reader < 0 || reader > writer || writer > this.bytes.length) throw new RangeError('model');
    this.reader = reader;
    this.writer = writer;
  }

  discard(): void {
    const readable = this.bytes.slice(this.reader, this.writer);
    this.bytes.splice(0, readable.length, ...readable);
    this.reader = 0;
    this.writer = readable.length;
  }

  discardSome(): void {
    if (this.reader === this.writer || this.reader >= Math.floor(this.bytes.length / 2)) this.discard();
  }

  setCapacity(capacity: number): void {
    if (capacity > this.max) throw new RangeError('model');
    this.bytes.length = Math.min(this.bytes.length, capacity);
    this.grow(capacity);
    this.writer = Math.min(this.writer, capacity);
    this.reader = Math.min(this.reader, this.writer);
  }
}

interface Step {
  readonly name: string;
  real(buf: ByteBuf): unknown;
  model(model: Model): unknown;
}

const index = fc.integer({ min: -2, max: 140 });
const someBytes = fc.array(fc.nat(255), { maxLength: 40 });
const readable = (bytes: ByteBuf): number[] => [...bytes.toBuffer()];

const step: fc.Arbitrary<Step> = fc.oneof(
  someBytes.map((bytes) => ({
    name: 'writeBytes(array)',
    real: (buf: ByteBuf) => void buf.writeBytes(Uint8Array.from(bytes)),
    model: (model: Model) => model.write(bytes),
  })),
  someBytes.map((bytes) => ({
    name: 'writeBytes(ByteBuf)',
    real: (buf: ByteBuf) => void buf.writeBytes(ByteBuf.from([9, ...bytes, 9]), 1, bytes.length),
    model: (model: Model) => model.write(bytes),
  })),
  typedValue.map(({ family, value }) => ({
    name: `write${family.stores}`,
    real: (buf: ByteBuf) => void call(buf, `write${family.stores}`, value),
    model: (model: Model) => model.write(family.encode(value)),
  })),
  fc.tuple(index, typedValue).map(([at, { family, value }]) => ({
    name: `set${family.stores}`,
    real: (buf: ByteBuf) => void call(buf, `set${family.stores}`, at, value),
    model: (model: Model) => model.set(at, family.encode(value)),
  })),
  fc.nat(30).map((n) => ({
    name: 'writeZero',
    real: (buf: ByteBuf) => void buf.writeZero(n),
    model: (model: Model) => model.write(new Array<number>(n).fill(0)),
  })),
  fc.nat(30).map((n) => ({
    name: 'readBytes(length)',
    real: (buf: ByteBuf) => readable(buf.readBytes(n)),
    model: (model: Model) => model.read(n),
  })),
  fc.nat(30).map((n) => ({
    name: 'readSlice',
    real: (buf: ByteBuf) => readable(buf.readSlice(n)),
    model: (model: Model) => model.read(n),
  })),
  fc.nat(30).map((n) => ({
    name: 'readBuffer',
    real: (buf: ByteBuf) => [...buf.readBuffer(n)],
    model: (model: Model) => model.read(n),
  })),
  fc.nat(30).map((n) => ({
    name: 'skipBytes',
    real: (buf: ByteBuf) => void buf.skipBytes(n),
    model: (model: Model) => void model.read(n),
  })),
  fc.tuple(index, index).map(([reader, writer]) => ({
    name: 'setIndex',
    real: (buf: ByteBuf) => void buf.setIndex(reader, writer),
    model: (model: Model) => model.setIndex(reader, writer),
  })),
  fc.constant({
    name: 'discardReadBytes',
    real: (buf: ByteBuf) => void buf.discardReadBytes(),
    model: (model: Model) => model.discard(),
  }),
  fc.constant({
    name: 'discardSomeReadBytes',
    real: (buf: ByteBuf) => void buf.discardSomeReadBytes(),
    model: (model: Model) => model.discardSome(),
  }),
  fc.nat(220).map((capacity) => ({
    name: 'capacity',
    real: (buf: ByteBuf) => {
      buf.capacity = capacity;
    },
    model: (model: Model) => model.setCapacity(capacity),
  })),
);

/** What a step gave, or that it was out of range; any other error is a failure of the test. */
function outcome(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    if ((error as Error).name === 'RangeError') return 'out of range';
    throw error;
  }
}

test('behaves like a list of bytes with two indexes, whatever is done to it', () => {
  check(
    fc.property(fc.nat(80), fc.array(step, { maxLength: 50 }), (capacity, steps) => {
      const buf = ByteBuf.alloc(capacity, 200);
      const model = new Model(capacity, 200);
      for (const { name, real, model: expected } of steps) {
        expect([name, outcome(() => real(buf))]).toEqual([name, outcome(() => expected(model))]);
        expect(indexesOf(buf)).toEqual({ reader: model.reader, writer: model.writer });
        expect([...buf.toBuffer(0, buf.capacity)]).toEqual(model.bytes);
      }
    }),
  );
});

const haystack = fc.array(fc.nat(3), { maxLength: 80 });

test('indexOf finds what a simple loop finds, both ways', () => {
  check(
    fc.property(haystack, fc.nat(80), fc.nat(80), fc.nat(3), (bytes, a, b, value) => {
      const from = Math.min(a, bytes.length);
      const to = Math.min(b, bytes.length);
      const low = Math.min(from, to);
      const window = bytes.slice(low, Math.max(from, to));
      const found = from <= to ? window.indexOf(value) : window.lastIndexOf(value);
      expect(ByteBuf.from(bytes).indexOf(from, to, value)).toBe(found < 0 ? -1 : low + found);
    }),
    500,
  );
});

test('indexOfSequence finds what a simple loop finds', () => {
  check(
    fc.property(haystack, fc.array(fc.nat(3), { minLength: 1, maxLength: 4 }), (bytes, needle) => {
      const found = bytes.findIndex((_, i) => needle.every((byte, j) => bytes[i + j] === byte));
      expect(ByteBuf.from(bytes).indexOfSequence(ByteBuf.from(needle))).toBe(found);
    }),
    500,
  );
});

test('comparison is an order that fits equality and hash codes', () => {
  check(
    fc.property(haystack, haystack, (a, b) => {
      const [left, right] = [ByteBuf.from(a), ByteBuf.from(b)];
      expect(left.compareTo(right)).toBe(right.compareTo(left) === 0 ? 0 : -right.compareTo(left));
      expect(left.compareTo(right)).toBe(compareBytes(left, right));
      expect(left.equals(right)).toBe(JSON.stringify(a) === JSON.stringify(b));
      expect(left.copy().hashCode()).toBe(left.hashCode());
    }),
  );
});

test('text of any kind comes back', () => {
  check(
    fc.property(fc.string({ unit: 'grapheme' }), fc.constantFrom('utf8', 'utf16le'), (text, encoding) => {
      const buf = ByteBuf.alloc(0);
      const length = buf.writeCharSequence(text, encoding as BufferEncoding);
      expect(length).toBe(Buffer.byteLength(text, encoding as BufferEncoding));
      expect(buf.readCharSequence(length, encoding as BufferEncoding)).toBe(text);
    }),
  );
});
