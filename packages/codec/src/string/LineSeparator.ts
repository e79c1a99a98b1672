import { EOL } from 'node:os';

/** Ends of lines for a `LineEncoder`. Netty: LineSeparator. */
export const LineSeparator: {
  /** That of the operating system. */
  readonly DEFAULT: string;
  /** `\n`. */
  readonly UNIX: string;
  /** `\r\n`. */
  readonly WINDOWS: string;
} = { DEFAULT: EOL, UNIX: '\n', WINDOWS: '\r\n' };
