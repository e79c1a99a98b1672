import { AttributeKey, type Channel, type ChannelFuture, type ChannelHandlerContext } from '@sluice/core';

/**
 * Why a connection ended:
 * - `fin`: the peer ended it in an orderly way, or its process ended and the system did so for it;
 * - `reset`: the peer, or something between, refused it (ECONNRESET, EPIPE, ECONNABORTED);
 * - `timeout`: the system got no acknowledgement in time (ETIMEDOUT: TCP keepalive, retransmission);
 * - `unreachable`: no route to the peer (EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ENETDOWN);
 * - `dead`: the heartbeat got no sign of life;
 * - `idle`: an idle or first-message limit of this side;
 * - `protocol`: the peer sent what the protocol does not allow;
 * - `kicked`: replaced or refused, by a second login for instance;
 * - `draining`: this side shuts down;
 * - `local`: this side closed it without saying more;
 * - `error`: another error, in `cause`.
 */
export type CloseKind =
  | 'fin'
  | 'reset'
  | 'timeout'
  | 'unreachable'
  | 'dead'
  | 'idle'
  | 'protocol'
  | 'kicked'
  | 'draining'
  | 'local'
  | 'error';

/** Why one channel ended. A `CloseReasonHandler` fires it as a user event, once, just before `channelInactive`. */
export class CloseReason {
  /** Why, in a word. */
  readonly kind: CloseKind;
  /** The error that led to it, if one did. */
  readonly cause: Error | undefined;
  /**
   * Bytes that were written but not yet handed to the system when the end was decided. What was handed over before may
   * be lost as well: a write's success is not delivery.
   */
  readonly unflushed: number;

  /** Made by `closeBecause` or a `CloseReasonHandler`. */
  constructor(kind: CloseKind, cause?: Error, unflushed = 0) {
    this.kind = kind;
    this.cause = cause;
    this.unflushed = unflushed;
  }

  /** For logs: `dead: No sign of life from …`. */
  toString(): string {
    return this.cause === undefined ? this.kind : `${this.kind}: ${this.cause.message}`;
  }
}

/**
 * Why a channel was or is being closed: set by the handler that decides it, else by a `CloseReasonHandler`. Still there in
 * `channelInactive` and after the close future is done.
 */
export const CLOSE_REASON: AttributeKey<CloseReason> =
  AttributeKey.valueOf<CloseReason>('sluice.closeReason');

/**
 * Closes a channel and says why. The first reason stays. With a context, the close starts there.
 * @returns the future of the close
 */
export function closeBecause(
  target: Channel | ChannelHandlerContext,
  kind: CloseKind,
  cause?: Error,
): ChannelFuture {
  setCloseReason('channel' in target ? target.channel : target, kind, cause);
  return target.close();
}

/** Says why the channel is about to be closed, unless that was said before. */
export function setCloseReason(channel: Channel, kind: CloseKind, cause?: Error): void {
  const attribute = channel.attr(CLOSE_REASON);
  if (attribute.get() !== undefined) return;
  attribute.set(new CloseReason(kind, cause, channel.outboundBuffer?.totalPendingWriteBytes ?? 0));
}
