import { AttributeKey } from '@sluice/core';

/**
 * Why the framework closed a channel: a `HeartbeatTimeoutException` and the like. Unset when the peer or the user closed
 * it. Still there in `channelInactive` and after the close future is done.
 */
export const CLOSE_REASON: AttributeKey<Error> = AttributeKey.valueOf<Error>('sluice.closeReason');
