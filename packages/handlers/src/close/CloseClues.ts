import type { Channel } from '@sluice/core';
import { CLOSE_REASON, type CloseKind, CloseReason } from './CloseReason.js';

const KINDS: Readonly<Record<string, CloseKind>> = {
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ECONNABORTED: 'reset',
  ETIMEDOUT: 'timeout',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETDOWN: 'unreachable',
};

/** What a handler has seen that tells why its channel ends. */
export class CloseClues {
  /** The first error that came by. */
  error: Error | undefined;
  /** This side asked for the close. */
  closedHere = false;

  /** The reason that was set for the channel; if none was, the one that follows from the clues, which is set then. */
  settle(channel: Channel): CloseReason {
    const attribute = channel.attr(CLOSE_REASON);
    let reason = attribute.get();
    if (reason === undefined) attribute.set((reason = this.#guess()));
    return reason;
  }

  #guess(): CloseReason {
    const { error } = this;
    const kind = error === undefined ? undefined : systemKindOf(error);
    if (kind !== undefined) return new CloseReason(kind, error);
    if (this.closedHere) return new CloseReason('local', error);
    return error === undefined ? new CloseReason('fin') : new CloseReason('error', error);
  }
}

/** What kind of end a system error among the causes is; `undefined` if there is none. */
export function systemKindOf(error: Error): CloseKind | undefined {
  let cause: unknown = error;
  for (let depth = 0; depth < 8 && typeof cause === 'object' && cause !== null; depth++) {
    const { code } = cause as { code?: unknown };
    if (typeof code === 'string' && code in KINDS) return KINDS[code];
    cause = (cause as { cause?: unknown }).cause;
  }
  return undefined;
}
