import type { Channel } from '@sluice/core';
import { type CloseKind, setCloseReason } from './CloseReason.js';

const ignore = (): void => {};

/**
 * Closes a channel for a reason, after a last message. The peer gets that message and all before it, then the end of the
 * stream, provided it reads within `timeout` ms. Resolves when the channel is closed; never rejects.
 */
export async function closeWith(
  channel: Channel,
  kind: CloseKind,
  message: unknown,
  timeout: number,
): Promise<void> {
  if (channel.isOpen) {
    // A failure is of no interest: the channel is closed in any case.
    if (message !== undefined && message !== null) channel.writeAndFlush(message).addListener(ignore);
    setCloseReason(channel, kind);
  }
  await channel.closeGracefully({ timeout });
}
