package sluice.conformance.transport;

import io.netty.channel.DefaultChannelId;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.function.LongSupplier;

/** A channel that is not registered yet. In Netty 4.1 only the idle handlers need to be told the time. */
class TimedChannel extends EmbeddedChannel {
  TimedChannel(LongSupplier nanoTime) {
    super(DefaultChannelId.newInstance(), false, false);
  }
}
