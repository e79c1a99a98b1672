/** Which side of a connection was silent. Netty: IdleState. */
export type IdleState = 'READER_IDLE' | 'WRITER_IDLE' | 'ALL_IDLE';

/** The names of {@link IdleState}, for code that likes to write them as Netty does. */
export const IdleState = {
  /** Nothing was read for the reader's time. */
  READER_IDLE: 'READER_IDLE',
  /** No write was completed for the writer's time. */
  WRITER_IDLE: 'WRITER_IDLE',
  /** Neither for the time of both. */
  ALL_IDLE: 'ALL_IDLE',
} as const;

/**
 * The user event that an `IdleStateHandler` fires. The six constants are the only instances it makes by itself:
 * compare `state` rather than identity, because the first event of a silence is another constant than the following.
 * Netty: IdleStateEvent.
 */
export class IdleStateEvent {
  /** Nothing was read for the reader's time. */
  static readonly FIRST_READER_IDLE_STATE_EVENT: IdleStateEvent = new IdleStateEvent('READER_IDLE', true);
  /** Still nothing was read. */
  static readonly READER_IDLE_STATE_EVENT: IdleStateEvent = new IdleStateEvent('READER_IDLE', false);
  /** No write was completed for the writer's time. */
  static readonly FIRST_WRITER_IDLE_STATE_EVENT: IdleStateEvent = new IdleStateEvent('WRITER_IDLE', true);
  /** Still no write was completed. */
  static readonly WRITER_IDLE_STATE_EVENT: IdleStateEvent = new IdleStateEvent('WRITER_IDLE', false);
  /** Neither, for the time of both. */
  static readonly FIRST_ALL_IDLE_STATE_EVENT: IdleStateEvent = new IdleStateEvent('ALL_IDLE', true);
  /** Still neither. */
  static readonly ALL_IDLE_STATE_EVENT: IdleStateEvent = new IdleStateEvent('ALL_IDLE', false);

  /** Which side was silent. */
  readonly state: IdleState;
  /** Whether this is the first such event since the silence began. */
  readonly isFirst: boolean;

  /** For subclasses that carry more. */
  constructor(state: IdleState, isFirst: boolean) {
    this.state = state;
    this.isFirst = isFirst;
  }

  /** The constant for a state. */
  static of(state: IdleState, isFirst: boolean): IdleStateEvent {
    switch (state) {
      case 'READER_IDLE':
        return isFirst ? this.FIRST_READER_IDLE_STATE_EVENT : this.READER_IDLE_STATE_EVENT;
      case 'WRITER_IDLE':
        return isFirst ? this.FIRST_WRITER_IDLE_STATE_EVENT : this.WRITER_IDLE_STATE_EVENT;
      case 'ALL_IDLE':
        return isFirst ? this.FIRST_ALL_IDLE_STATE_EVENT : this.ALL_IDLE_STATE_EVENT;
    }
  }

  /** For logs. */
  toString(): string {
    return `IdleStateEvent(${this.state}${this.isFirst ? ', first' : ''})`;
  }
}
