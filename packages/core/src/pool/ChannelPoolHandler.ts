import type { Channel } from '../channel/Channel.js';

/**
 * Told what a pool does with its channels. Called as methods, in the thread's only loop, never twice at a time for one
 * channel. Netty: ChannelPoolHandler, AbstractChannelPoolHandler.
 */
export interface ChannelPoolHandler<C extends Channel = Channel> {
  /**
   * A new channel, before it connects: fill its pipeline here. This is the body of the channel's initializer, so it must
   * be synchronous, and one that throws closes the channel and fails the acquire.
   */
  channelCreated(channel: C): void;

  /**
   * The channel is about to be given to somebody who acquired it, new or not. The acquire waits for a promise returned
   * here (log in, choose a database); one that throws or rejects closes the channel and fails the acquire.
   */
  channelAcquired?(channel: C): unknown;

  /**
   * The channel was released; called once for each `channelAcquired` that went well, unless the pool was full. Nothing
   * waits for a promise returned here: the channel may be in use again by then. One that throws or rejects closes the
   * channel; a throw also fails the release.
   */
  channelReleased?(channel: C): unknown;
}
