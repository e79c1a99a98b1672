import type { Channel } from '@sluice/core';
import { CLOSE_REASON } from '@sluice/handlers';

/** Why a connection ended, in a few words. */
export interface Farewell {
  readonly reason: string;
  /** The other side gave no sign of life. */
  readonly frozen: boolean;
}

/** Why `channel`, which is inactive, ended; `bye`: what the other side gave as its reason, if it said good-bye. */
export function farewellOf(channel: Channel, bye: string | undefined): Farewell {
  const reason = channel.attr(CLOSE_REASON).get();
  if (reason?.kind === 'dead') return { reason: 'no sign of life', frozen: true };
  return { reason: reason?.cause?.message ?? bye ?? 'connection lost', frozen: false };
}
