import { ChannelException, registerError, SluiceError } from '@sluice/core';

/**
 * Why a session could not go on:
 * - `expired`: the connection was away for longer than the session is kept;
 * - `unknown`: the server has no such session (another server, or it was started anew);
 * - `token`: the secret is not that of the session;
 * - `overflow`: the server keeps as many sessions as it may;
 * - `mismatch`: the two ends do not agree on what was received;
 * - `unsendable`: a message could not be encoded;
 * - `destroyed`: `destroy()` was called, or the store closed.
 */
export type ResumeFailure =
  | 'expired'
  | 'unknown'
  | 'token'
  | 'overflow'
  | 'mismatch'
  | 'unsendable'
  | 'destroyed';

/** What a {@link ResumeFailedException} carries. */
export interface ResumeFailedDetails<Message> {
  /** Why. */
  readonly reason: ResumeFailure;
  /** The messages whose receipt the peer has not confirmed, in order. */
  readonly unacknowledged?: readonly Message[];
  /** How many of them, the last ones, were never given to a connection. */
  readonly unsent?: number;
  /** The error behind it, if there is one. */
  readonly cause?: unknown;
}

/** A session ended although messages were not, or may not be, delivered. Nothing is lost in silence: here they are. */
export class ResumeFailedException<Message = unknown> extends SluiceError {
  /** Why the session ended. */
  readonly reason: ResumeFailure;
  /**
   * The messages whose receipt the peer has not confirmed, in order. All but the last `unsent` of them may have arrived
   * all the same.
   */
  readonly unacknowledged: readonly Message[];
  /** How many of `unacknowledged`, the last ones, were never given to a connection. */
  readonly unsent: number;

  /** Made by the session. */
  constructor(message: string, details: ResumeFailedDetails<Message>) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.reason = details.reason;
    this.unacknowledged = details.unacknowledged ?? [];
    this.unsent = details.unsent ?? 0;
  }

  static {
    registerError(this, 'ResumeFailedException', 'ERR_RESUME_FAILED');
  }
}

/** The message does not fit into the session's buffer of unacknowledged messages. It was not taken. */
export class ResumeBufferFullException extends SluiceError {
  static {
    registerError(this, 'ResumeBufferFullException', 'ERR_RESUME_BUFFER_FULL');
  }
}

/** The peer broke the rules of session resumption; the channel was closed, the session may be resumed by another. */
export class ResumeProtocolException extends ChannelException {
  static {
    registerError(this, 'ResumeProtocolException', 'ERR_RESUME_PROTOCOL');
  }
}
