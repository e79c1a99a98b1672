import { Buffer } from 'node:buffer';

/** Delimiters for a `DelimiterBasedFrameDecoder`. Netty: Delimiters. */
export const Delimiters: {
  /** A zero byte. */
  nulDelimiter(): Buffer[];
  /** `\r\n` and `\n`. */
  lineDelimiter(): Buffer[];
} = {
  nulDelimiter: () => [Buffer.of(0)],
  lineDelimiter: () => [Buffer.from('\r\n'), Buffer.from('\n')],
};
