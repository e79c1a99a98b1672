const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const IN_ORDER = '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz';

/** Values in a {@link Base64Dialect}'s table for bytes that are not digits; what is below these two is invalid. */
export const PADDING = -1;
export const WHITE_SPACE = -2;
const INVALID = -3;

/** What the 64 digits of Base64 are. Netty: Base64Dialect. */
export class Base64Dialect {
  /** RFC 4648 section 4: `+` and `/`. */
  static readonly STANDARD: Base64Dialect = new Base64Dialect('STANDARD', `${LETTERS}+/`, true);
  /** RFC 4648 section 5: `-` and `_`, which mean nothing in URLs and file names. */
  static readonly URL_SAFE: Base64Dialect = new Base64Dialect('URL_SAFE', `${LETTERS}-_`, false);
  /** Digits in the order of their codes: encoded texts of equal length sort as the bytes do. */
  static readonly ORDERED: Base64Dialect = new Base64Dialect('ORDERED', IN_ORDER, true);

  /** For messages. */
  readonly name: 'STANDARD' | 'URL_SAFE' | 'ORDERED';
  /** Whether an encoder breaks lines if it is not told. */
  readonly breakLinesByDefault: boolean;
  /** @internal The code of each digit. */
  readonly alphabet: Uint8Array;
  /** @internal The value of each byte: 0 to 63, or what kind of other byte it is. */
  readonly values: Int8Array;

  private constructor(name: Base64Dialect['name'], digits: string, breakLinesByDefault: boolean) {
    this.name = name;
    this.breakLinesByDefault = breakLinesByDefault;
    this.alphabet = Uint8Array.from(digits, (digit) => digit.charCodeAt(0));
    this.values = new Int8Array(256).fill(INVALID);
    for (let value = 0; value < 64; value++) this.values[this.alphabet[value] as number] = value;
    for (const space of '\t\n\r ') this.values[space.charCodeAt(0)] = WHITE_SPACE;
    this.values['='.charCodeAt(0)] = PADDING;
  }
}
