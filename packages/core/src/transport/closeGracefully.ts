import type { Channel, CloseOptions, DuplexChannel } from '../channel/Channel.js';
import type { ChannelTransport } from '../pipeline/ends.js';

/**
 * Closes without losing what was written: flush, wait until it has left, end the output, wait for the peer to end its
 * side, close. Past the time limit the channel is closed as it is. Never rejects.
 */
export async function closeGracefully(channel: Channel, options: CloseOptions = {}): Promise<void> {
  if (channel.isOpen) {
    const limit = channel.eventLoop.schedule(() => forceClose(channel), options.timeout ?? 5000);
    channel.closeFuture.addListener(() => limit.cancel());
    channel.flushNow();
    const buffer = channel.outboundBuffer;
    if (buffer !== null && !buffer.isEmpty) await drainedOrClosed(channel);
    endOutput(channel);
  }
  await channel.closeFuture;
}

function drainedOrClosed(channel: Channel): Promise<void> {
  return new Promise((resolve) => {
    if (channel.outboundBuffer !== null) channel.outboundBuffer.onDrained = resolve;
    channel.closeFuture.addListener(() => resolve());
  });
}

/** With two directions the peer answers our end by its own, which closes the channel; else closing is all there is. */
function endOutput(channel: Channel): void {
  const duplex = channel as Channel & Partial<DuplexChannel>;
  if (!channel.isActive || duplex.shutdownOutput === undefined || duplex.isInputShutdown === true) {
    channel.close();
    return;
  }
  // The peer's end is only seen by reading up to it.
  channel.config.allowHalfClosure = false;
  channel.config.autoRead = true;
  if (channel.isOpen && duplex.isOutputShutdown === false) duplex.shutdownOutput();
}

/** @internal Closes without asking handlers: one that holds `close` back must not hold it past a time limit. */
export function forceClose(channel: Channel): void {
  (channel as ChannelTransport).doCloseOperation(channel.newPromise());
}
