package sluice.conformance.transport;

import io.netty.channel.DefaultChannelId;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.Ticker;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** A channel that is not registered yet. In Netty 4.2 handlers ask its event loop for the time. */
class TimedChannel extends EmbeddedChannel {
  TimedChannel(LongSupplier nanoTime) {
    super(builder()
        .channelId(DefaultChannelId.newInstance())
        .register(false)
        .hasDisconnect(false)
        .ticker(new GivenTime(nanoTime)));
  }

  private record GivenTime(LongSupplier source) implements Ticker {
    @Override
    public long initialNanoTime() {
      return 0;
    }

    @Override
    public long nanoTime() {
      return source.getAsLong();
    }

    @Override
    public void sleep(long delay, TimeUnit unit) {
      throw new UnsupportedOperationException("virtual time passes by ops only");
    }
  }
}
