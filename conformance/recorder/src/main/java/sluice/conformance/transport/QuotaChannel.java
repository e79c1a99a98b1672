package sluice.conformance.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.function.LongSupplier;

/** Takes only so many bytes, and keeps the rest in the outbound buffer as a socket that is full does. */
final class QuotaChannel extends TimedChannel {
  private long quota;

  QuotaChannel(LongSupplier nanoTime) {
    super(nanoTime);
  }

  /** How many bytes may go out from now on. */
  void setQuota(long bytes) {
    quota = bytes;
  }

  @Override
  protected void doWrite(ChannelOutboundBuffer in) {
    for (Object msg = in.current(); msg != null; msg = in.current()) {
      int size = ((ByteBuf) msg).readableBytes();
      if (size == 0) {
        in.remove();
        continue;
      }
      if (quota <= 0) {
        return;
      }
      long written = Math.min(size, quota);
      quota -= written;
      in.removeBytes(written);
    }
  }

  /** Bytes that wait, each message with its overhead; null once the channel is closed. */
  Long pendingBytes() {
    ChannelOutboundBuffer buffer = unsafe().outboundBuffer();
    return buffer == null ? null : buffer.totalPendingWriteBytes();
  }
}
