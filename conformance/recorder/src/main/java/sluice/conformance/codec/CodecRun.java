package sluice.conformance.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import sluice.conformance.Errors;
import sluice.conformance.Json;

/** Runs the ops of a case against its codec and records what the neighbours see. */
final class CodecRun {
  private final CodecCase made;
  private final boolean autoRead;
  private final EventLog log = new EventLog();
  private EmbeddedChannel channel;

  CodecRun(CodecCase made, boolean autoRead) {
    this.made = made;
    this.autoRead = autoRead;
  }

  Map<String, Object> run() {
    ChannelHandler[] handlers;
    try {
      handlers = made.handlers().make();
    } catch (Throwable e) {
      return Json.object("ctorError", Errors.typeOf(e), "msg", e.getMessage());
    }
    open(handlers);
    List<Object> steps = new ArrayList<>();
    for (Object op : made.ops()) {
      steps.add(step(Json.asObject(op)));
    }
    Map<String, Object> outcome = Json.object("steps", steps, "open", channel.isOpen());
    cleanUp();
    return outcome;
  }

  private void open(ChannelHandler[] handlers) {
    channel = new EmbeddedChannel();
    channel.config().setAutoRead(autoRead);
    channel.pipeline().addLast("head", new HeadProbe(log, !autoRead));
    for (int i = 0; i < handlers.length; i++) {
      channel.pipeline().addLast("c" + i, handlers[i]);
    }
    channel.pipeline().addLast("tail", new TailProbe(log));
  }

  private Map<String, Object> step(Map<String, Object> op) {
    Map<String, Object> step = Json.object("ev", log.startStep());
    try {
      apply(op, step);
    } catch (Throwable e) {
      step.put("threw", Errors.describe(e));
    }
    channel.runPendingTasks();

    List<Object> out = new ArrayList<>();
    for (Object msg = channel.readOutbound(); msg != null; msg = channel.readOutbound()) {
      out.add(Messages.describe(msg));
      ReferenceCountUtil.release(msg);
    }
    if (!out.isEmpty()) {
      step.put("out", out);
    }
    return step;
  }

  private void apply(Map<String, Object> op, Map<String, Object> step) {
    String name = (String) op.get("op");
    switch (name) {
      case "in" -> {
        if (channel.isOpen()) {
          channel.writeInbound(buffers(Json.asArray(op.get("bufs"))));
        } else {
          step.put("closed", true);
        }
      }
      case "out" -> {
        if (channel.isOpen()) {
          ChannelFuture future = channel.writeAndFlush(Messages.fromOp(op));
          channel.runPendingTasks();
          step.put("promise", outcomeOf(future));
        } else {
          step.put("closed", true);
        }
      }
      case "finish" -> channel.finish();
      case "close" -> {
        channel.close();
        channel.runPendingTasks();
      }
      case "remove" -> channel.pipeline().remove("c" + op.get("i"));
      case "inputShutdown" ->
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
      default -> throw new IllegalArgumentException("unknown op " + op);
    }
  }

  private static Object[] buffers(List<Object> pieces) {
    return pieces.stream().map((piece) -> buffer((String) piece)).toArray();
  }

  /**
   * An empty piece is a buffer like any other, as from a socket, and not Netty's constant for an empty one.
   */
  private static ByteBuf buffer(String piece) {
    return piece.isEmpty() ? Unpooled.buffer(0) : Messages.buffer(piece);
  }

  private static Object outcomeOf(ChannelFuture future) {
    if (!future.isDone()) {
      return "pending";
    }
    return future.isSuccess() ? "ok" : Errors.describe(future.cause());
  }

  private void cleanUp() {
    log.startStep();
    try {
      channel.finishAndReleaseAll();
    } catch (Throwable ignored) {
      // Whatever closing brings up is no longer part of the case.
    }
  }
}
