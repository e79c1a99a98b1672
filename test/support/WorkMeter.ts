import { Buffer } from 'node:buffer';

type Method = (this: never, ...args: never[]) => unknown;
type Patch = [object: object, name: string, replacement: (original: Method) => Method];

/** Methods of `ByteBuf` that look at this many bytes. */
const GETTERS: Readonly<Record<string, number>> = {
  getByte: 1,
  getUnsignedByte: 1,
  getUnsignedShort: 2,
  getUnsignedShortLE: 2,
  getUnsignedMedium: 3,
  getUnsignedMediumLE: 3,
  getUnsignedInt: 4,
  getUnsignedIntLE: 4,
  getLong: 8,
  getLongLE: 8,
};

/**
 * Counts what code does to bytes while it runs, so that a test can tell how the work grows without a clock: bytes looked
 * at through a `ByteBuf`, copied, and taken as memory. It replaces methods of `Buffer`, and of the `ByteBuf` class it is
 * given, for the time of a call.
 */
export class WorkMeter {
  examined = 0;
  copied = 0;
  allocated = 0;
  largestAllocation = 0;
  readonly #patches: readonly Patch[];

  constructor(byteBuf: { readonly prototype: object }) {
    const bytes = byteBuf.prototype;
    this.#patches = [
      ...Object.entries(GETTERS).map(
        ([name, count]): Patch => [bytes, name, this.#counted(() => (this.examined += count))],
      ),
      [bytes, 'indexOf', this.#search((from: number, to: number) => [from, to, 1])],
      [
        bytes,
        'indexOfSequence',
        this.#search((needle: Uint8Array, from: number, to: number) => [from, to, needle.length]),
      ],
      [Buffer.prototype, 'copy', this.#counted((count) => (this.copied += count as number), 'result')],
      [Buffer.prototype, 'equals', this.#counted((other) => (this.examined += (other as Uint8Array).length))],
      [
        Uint8Array.prototype,
        'set',
        this.#counted((source) => (this.copied += (source as Uint8Array).length)),
      ],
      [Buffer, 'allocUnsafe', this.#counted((size) => this.#allocate(size as number))],
      [Buffer, 'allocUnsafeSlow', this.#counted((size) => this.#allocate(size as number))],
      [Buffer, 'alloc', this.#counted((size) => this.#allocate(size as number))],
    ];
  }

  /** All that was done. */
  get total(): number {
    return this.examined + this.copied + this.allocated;
  }

  /** Runs `action` and counts. */
  measure<R>(action: () => R): R {
    const stop = this.start();
    try {
      return action();
    } finally {
      stop();
    }
  }

  /** Counts until the function it returns is called. Changing methods makes V8 forget what it had compiled. */
  start(): () => void {
    const restore = this.#patches.map(([object, name, replacement]) => {
      const own = Object.getOwnPropertyDescriptor(object, name);
      const original = (object as Record<string, Method>)[name] as Method;
      Object.defineProperty(object, name, {
        value: replacement(original),
        writable: true,
        configurable: true,
      });
      return () => {
        if (own === undefined) Reflect.deleteProperty(object, name);
        else Object.defineProperty(object, name, own);
      };
    });
    return () => {
      for (const undo of restore) undo();
    };
  }

  #counted(count: (value: unknown) => void, of: 'argument' | 'result' = 'argument'): Patch[2] {
    return (original) =>
      function counted(this: never, ...args: never[]) {
        const result = original.apply(this, args);
        count(of === 'result' ? result : args[0]);
        return result;
      };
  }

  /** A search looks at the bytes up to the end of what it has found. */
  #search(bounds: (...args: never[]) => [from: number, to: number, needle: number]): Patch[2] {
    const meter = this;
    return (original) =>
      function search(this: never, ...args: never[]) {
        const found = original.apply(this, args) as number;
        const [from, to, needle] = bounds(...args);
        meter.examined += Math.max(0, found < 0 ? to - from : found - from + needle);
        return found;
      };
  }

  #allocate(size: number): void {
    this.allocated += size;
    this.largestAllocation = Math.max(this.largestAllocation, size);
  }
}
