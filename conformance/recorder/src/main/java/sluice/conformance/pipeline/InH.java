package sluice.conformance.pipeline;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * A scripted inbound handler. Cases hold its name, and it overrides every callback, so that Netty skips none.
 */
public class InH extends ChannelInboundHandlerAdapter {
  private final Script script;

  InH(Script script) {
    this.script = script;
  }

  @Override
  public boolean isSharable() {
    return script.sharable();
  }

  @Override
  public void channelRegistered(ChannelHandlerContext ctx) {
    script.run("channelRegistered", ctx);
  }

  @Override
  public void channelUnregistered(ChannelHandlerContext ctx) {
    script.run("channelUnregistered", ctx);
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    script.run("channelActive", ctx);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    script.run("channelInactive", ctx);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    script.run("channelRead", ctx, msg, null);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    script.run("channelReadComplete", ctx);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    script.run("userEventTriggered", ctx, event, null);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    script.run("channelWritabilityChanged", ctx);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    script.run("exceptionCaught", ctx, cause, null);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    script.run("handlerAdded", ctx);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    script.run("handlerRemoved", ctx);
  }
}
