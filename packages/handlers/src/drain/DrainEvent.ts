/**
 * User event that a `DrainHandler` fires when its channel is to end: begin nothing new, finish what was begun. A handler
 * that refuses requests from now on, with an answer that lets the client send them elsewhere, loses none.
 */
export class DrainEvent {
  /** When the channel is closed in any case, on the event loop's clock (ms). */
  readonly deadline: number;
  /** Milliseconds after which this client was asked to connect anew. */
  readonly after: number;
  /** What was given as `reason`. */
  readonly reason: string | undefined;

  /** Made by a `DrainHandler`. */
  constructor(deadline: number, after: number, reason: string | undefined) {
    this.deadline = deadline;
    this.after = after;
    this.reason = reason;
  }

  /** For logs. */
  toString(): string {
    return `DrainEvent(until ${this.deadline}, after ${this.after} ms)`;
  }
}
