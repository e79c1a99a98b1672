import type { Channel } from '../channel/Channel.js';

/**
 * Whether a channel can still be used; may take its time, by sending a ping for instance. One that throws or rejects
 * counts as unhealthy and is logged. A pool does not ask for a channel that is closed. Netty: ChannelHealthChecker.
 */
export type ChannelHealthChecker<C extends Channel = Channel> = (
  channel: C,
) => boolean | PromiseLike<boolean>;

/** The checker that suits most. */
export const ChannelHealthChecker: {
  /** Healthy while the channel is active. */
  readonly ACTIVE: ChannelHealthChecker;
} = {
  ACTIVE: (channel) => channel.isActive,
};
