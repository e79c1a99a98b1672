package sluice.conformance.codec;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import sluice.conformance.Json;

/** Stands between the codec and the transport, and records what goes out. */
final class HeadProbe extends ChannelOutboundHandlerAdapter {
  private final EventLog log;
  private final boolean recordReads;

  /** Reads are recorded only where they are the codec's own, that is without auto-read. */
  HeadProbe(EventLog log, boolean recordReads) {
    this.log = log;
    this.recordReads = recordReads;
  }

  @Override
  public void read(ChannelHandlerContext ctx) {
    if (recordReads) {
      log.add(Json.object("e", "outRead"));
    }
    ctx.read();
  }

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    log.add(Json.object("e", "outClose"));
    ctx.close(promise);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
    log.add(Json.object("e", "outWrite", "msg", Messages.describe(msg)));
    ctx.write(msg, promise);
  }
}
