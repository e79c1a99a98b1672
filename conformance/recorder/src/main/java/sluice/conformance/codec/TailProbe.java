package sluice.conformance.codec;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.util.Map;
import sluice.conformance.Errors;
import sluice.conformance.Json;

/** Stands behind the codec, and records what comes in. */
final class TailProbe extends ChannelInboundHandlerAdapter {
  private final EventLog log;

  TailProbe(EventLog log) {
    this.log = log;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    try {
      log.add(Json.object("e", "read", "msg", Messages.describe(msg)));
    } finally {
      ReferenceCountUtil.release(msg);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    log.add(Json.object("e", "readComplete"));
    ctx.fireChannelReadComplete();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    Map<String, Object> event = Json.object("e", "exc");
    event.putAll(Errors.describe(cause));
    log.add(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    log.add(Json.object("e", "inactive"));
    ctx.fireChannelInactive();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    log.add(Json.object("e", "userEvent", "type", Errors.typeOf(event)));
    ReferenceCountUtil.release(event);
  }
}
