import { EOL } from 'node:os';

/** Ends of lines for a `LineEncoder`. Netty: LineSeparator. */
export const LineSeparator: {
  /** That of the operating system. */
  readonly DEFAULT: string;
  readonly UNIX: string;
  readonly WINDOWS: string;
} = { DEFAULT: EOL, UNIX: '\n', WINDOWS: '\r\n' };
