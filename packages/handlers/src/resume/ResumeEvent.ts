import type { ResumeFailedException } from './errors.js';
import type { ResumeSession } from './ResumeSession.js';

/**
 * What happened to a session:
 * - `new`: it has begun;
 * - `resumed`: it goes on over another connection; `replayed` messages are sent again;
 * - `offline`: its connection is gone; it waits for another one;
 * - `failed`: it cannot go on; `error` has the messages that may not have arrived;
 * - `ended`: both sides said that they have no more to send, and all has arrived.
 */
export type ResumeEventType = 'new' | 'resumed' | 'offline' | 'failed' | 'ended';

/** News of a session: an event of the session and its store, and a user event of the channel if there is one. */
export class ResumeEvent<Message = unknown> {
  /** What happened. */
  readonly type: ResumeEventType;
  /** The session. */
  readonly session: ResumeSession<Message>;
  /** For `resumed`: how many messages are sent again. */
  readonly replayed: number;
  /** For `failed`: why, and the messages that may not have arrived. */
  readonly error: ResumeFailedException<Message> | undefined;

  /** Made by the session. */
  constructor(
    type: ResumeEventType,
    session: ResumeSession<Message>,
    replayed = 0,
    error?: ResumeFailedException<Message>,
  ) {
    this.type = type;
    this.session = session;
    this.replayed = replayed;
    this.error = error;
  }
}
