package sluice.conformance.pipeline;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.Map;
import java.util.function.Function;
import sluice.conformance.Errors;
import sluice.conformance.Json;

/** Does the ops of a program. */
final class PipelineOps {
  private final EmbeddedChannel channel;
  /** All handlers of the program by their keys. */
  private final Map<String, ChannelHandler> handlers;

  PipelineOps(EmbeddedChannel channel, Map<String, ChannelHandler> handlers) {
    this.channel = channel;
    this.handlers = handlers;
  }

  /** Does the op, and returns its future, or what else is recorded as its result, or null. */
  Object apply(Map<String, Object> op) throws Exception {
    ChannelPipeline pipeline = channel.pipeline();
    String name = (String) op.get("name");
    String base = (String) op.get("base");
    String msg = (String) op.get("msg");
    ChannelHandler handler = handlers.get(op.get("h"));

    return switch ((String) op.get("op")) {
      case "register" -> nothing(channel::register);
      case "writeInbound" -> channel.writeInbound(messagesOf(op));
      case "writeOutbound" -> channel.writeOutbound(messagesOf(op));
      case "write" -> channel.write(msg);
      case "writeAndFlush" -> channel.writeAndFlush(msg);
      case "flush" -> nothing(channel::flush);
      case "read" -> nothing(channel::read);
      case "close" -> channel.close();
      case "disconnect" -> channel.disconnect();
      case "deregister" -> channel.deregister();
      case "finish" -> channel.finish();
      case "autoRead" -> nothing(() -> channel.config().setAutoRead((Boolean) op.get("value")));
      case "writabilityUser" -> nothing(() -> setWritability(op));

      case "fireUser" -> nothing(() -> pipeline.fireUserEventTriggered(msg));
      case "fireExc" -> nothing(() -> pipeline.fireExceptionCaught(new Boom(msg)));
      case "fireRead" -> nothing(() -> pipeline.fireChannelRead(msg));
      case "fireReadComplete" -> nothing(pipeline::fireChannelReadComplete);
      case "ctxFireRead" -> at(base, (ctx) -> {
        ctx.fireChannelRead(msg);
        return null;
      });
      case "ctxWriteAndFlush" -> at(base, (ctx) -> ctx.writeAndFlush(msg));

      case "addFirst" -> nothing(() -> pipeline.addFirst(name, handler));
      case "addLast" -> nothing(() -> pipeline.addLast(name, handler));
      case "addBefore" -> nothing(() -> pipeline.addBefore(base, name, handler));
      case "addAfter" -> nothing(() -> pipeline.addAfter(base, name, handler));
      case "remove" -> keyOf(pipeline.remove(base));
      case "removeH" -> nothing(() -> pipeline.remove(handler));
      case "replace" -> keyOf(pipeline.replace(base, name, handler));
      case "removeFirst" -> keyOf(pipeline.removeFirst());
      case "removeLast" -> keyOf(pipeline.removeLast());
      case "query" -> query(pipeline, name, handler);
      default -> throw new IllegalArgumentException("unknown op " + op);
    };
  }

  private interface Procedure {
    void run() throws Exception;
  }

  /** For the ops without a result. */
  private static Object nothing(Procedure procedure) throws Exception {
    procedure.run();
    return null;
  }

  private static Object[] messagesOf(Map<String, Object> op) {
    return Json.asArray(op.get("msgs")).toArray();
  }

  private void setWritability(Map<String, Object> op) {
    ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
    // It is gone once the channel is closed.
    if (buffer != null) {
      buffer.setUserDefinedWritability((Integer) op.get("index"), (Boolean) op.get("value"));
    }
  }

  private Object at(String base, Function<ChannelHandlerContext, Object> action) {
    ChannelHandlerContext ctx = channel.pipeline().context(base);
    return ctx == null ? "noctx" : action.apply(ctx);
  }

  private Object query(ChannelPipeline pipeline, String name, ChannelHandler handler) {
    Object named = keyOf(pipeline.get(name));
    ChannelHandlerContext ctx = pipeline.context(handler);
    return Json.object(
        "get", named,
        "ctxOfHandler", ctx == null ? null : ctx.name(),
        "first", keyOf(pipeline.first()),
        "last", keyOf(pipeline.last()));
  }

  /** The handler's key in the program, or the class of one that the program did not add. */
  private String keyOf(ChannelHandler handler) {
    if (handler == null) {
      return null;
    }
    return handlers.entrySet().stream()
        .filter((entry) -> entry.getValue() == handler)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseGet(() -> Errors.typeOf(handler));
  }
}
