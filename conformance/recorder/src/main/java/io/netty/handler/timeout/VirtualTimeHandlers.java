package io.netty.handler.timeout;

import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import sluice.conformance.VirtualClock;

/**
 * Netty's idle handlers on a virtual clock. It lies in Netty's package because {@code schedule} can be
 * overridden only there.
 */
public final class VirtualTimeHandlers {
  private final VirtualClock clock;

  public VirtualTimeHandlers(VirtualClock clock) {
    this.clock = clock;
  }

  public IdleStateHandler idleState(
      boolean observeOutput, long readerIdleMillis, long writerIdleMillis, long allIdleMillis) {
    return new IdleStateHandler(
        observeOutput, readerIdleMillis, writerIdleMillis, allIdleMillis, TimeUnit.MILLISECONDS) {
      /** Overrides the clock of Netty 4.1; Netty 4.2 asks its event loop and has no such method. */
      long ticksInNanos() {
        return clock.nanoTime();
      }

      @Override
      ScheduledFuture<?> schedule(ChannelHandlerContext ctx, Runnable task, long delay, TimeUnit unit) {
        return clock.schedule(task, delay, unit);
      }
    };
  }

  public ReadTimeoutHandler readTimeout(long millis) {
    return new ReadTimeoutHandler(millis, TimeUnit.MILLISECONDS) {
      long ticksInNanos() {
        return clock.nanoTime();
      }

      @Override
      ScheduledFuture<?> schedule(ChannelHandlerContext ctx, Runnable task, long delay, TimeUnit unit) {
        return clock.schedule(task, delay, unit);
      }
    };
  }
}
