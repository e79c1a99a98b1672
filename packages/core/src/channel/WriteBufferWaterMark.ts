import { outOfRange } from '../util/errors.js';

/** The bytes of pending writes at which a channel turns unwritable (`> high`) and writable again (`< low`). Netty: same. */
export class WriteBufferWaterMark {
  /** In bytes. */
  readonly low: number;
  /** In bytes. */
  readonly high: number;

  /** Throws `RangeError` (`ERR_OUT_OF_RANGE`) unless `0 <= low <= high`. */
  constructor(low: number, high: number) {
    if (!(low >= 0)) throw outOfRange(`low : ${low} (expected: >= 0)`);
    if (!(high >= low)) {
      throw outOfRange(
        `write buffer's high water mark cannot be less than  low water mark (${low}): ${high}`,
      );
    }
    this.low = low;
    this.high = high;
  }

  /** 32 KiB and 64 KiB. */
  static readonly DEFAULT: WriteBufferWaterMark = new WriteBufferWaterMark(32 * 1024, 64 * 1024);

  /** For logs. */
  toString(): string {
    return `WriteBufferWaterMark(low: ${this.low}, high: ${this.high})`;
  }
}
