package sluice.conformance.pipeline;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;

/**
 * A scripted outbound handler. Cases hold its name, and it overrides every callback, so that Netty skips
 * none.
 */
@SuppressWarnings("deprecation")
public class OutH extends ChannelOutboundHandlerAdapter {
  private final Script script;

  OutH(Script script) {
    this.script = script;
  }

  @Override
  public boolean isSharable() {
    return script.sharable();
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
    script.run("write", ctx, msg, promise);
  }

  @Override
  public void flush(ChannelHandlerContext ctx) {
    script.run("flush", ctx);
  }

  @Override
  public void read(ChannelHandlerContext ctx) {
    script.run("read", ctx);
  }

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    script.run("close", ctx, null, promise);
  }

  @Override
  public void disconnect(ChannelHandlerContext ctx, ChannelPromise promise) {
    script.run("disconnect", ctx, null, promise);
  }

  @Override
  public void deregister(ChannelHandlerContext ctx, ChannelPromise promise) {
    script.run("deregister", ctx, null, promise);
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
