/** How decoding of a message ended, for messages that are handed on although it failed. Netty: DecoderResult. */
export class DecoderResult {
  /** More parts of the message are to come. */
  static readonly UNFINISHED: DecoderResult = new DecoderResult(false, null);
  /** The message is whole and right. */
  static readonly SUCCESS: DecoderResult = new DecoderResult(true, null);

  /** The message could not be decoded, because of `cause`. */
  static failure(cause: Error): DecoderResult {
    return new DecoderResult(true, cause);
  }

  /** Whether the message has ended, well or badly. */
  readonly isFinished: boolean;
  /** Why it failed, else `null`. */
  readonly cause: Error | null;

  private constructor(isFinished: boolean, cause: Error | null) {
    this.isFinished = isFinished;
    this.cause = cause;
  }

  /** Whether the message is whole and right. */
  get isSuccess(): boolean {
    return this.isFinished && this.cause === null;
  }
  /** Whether decoding failed. */
  get isFailure(): boolean {
    return this.cause !== null;
  }

  /** `success`, `unfinished` or `failure(…)`. */
  toString(): string {
    if (this.cause !== null) return `failure(${String(this.cause)})`;
    return this.isFinished ? 'success' : 'unfinished';
  }
}

/** A message that tells how its decoding went. Netty: DecoderResultProvider. */
export interface DecoderResultProvider {
  /** How decoding this message ended. */
  decoderResult: DecoderResult;
}

/** What went wrong when `message` was decoded, if it says so. */
export function decodingFailure(message: unknown): Error | null {
  return (message as Partial<DecoderResultProvider>).decoderResult?.cause ?? null;
}
