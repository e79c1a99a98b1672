package sluice.conformance.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.VirtualTimeHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import sluice.conformance.Errors;
import sluice.conformance.Json;
import sluice.conformance.VirtualClock;

/** Runs one program of reads, writes and passing time, and records which idle events come when. */
final class IdleRun {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final Map<String, Object> program;
  private final VirtualClock clock = new VirtualClock();
  private final long start = clock.nanoTime();
  private final QuotaChannel channel = new QuotaChannel(clock::nanoTime);
  private final List<Object> events = new ArrayList<>();

  IdleRun(Map<String, Object> program) {
    this.program = program;
  }

  Map<String, Object> run() throws Exception {
    channel.pipeline().addLast("idle", handler());
    channel.pipeline().addLast("tail", new Observer());
    channel.register();
    for (Object op : Json.asArray(program.get("ops"))) {
      apply(Json.asObject(op));
      channel.runPendingTasks();
    }
    Map<String, Object> outcome = Json.object(
        "events", new ArrayList<>(events),
        "timersLeft", clock.pendingTimers(),
        "open", channel.isOpen());
    cleanUp();
    return outcome;
  }

  private ChannelHandler handler() {
    VirtualTimeHandlers handlers = new VirtualTimeHandlers(clock);
    long readerIdle = (Long) program.get("readerIdleMs");
    if (program.get("handler").equals("ReadTimeoutHandler")) {
      return handlers.readTimeout(readerIdle);
    }
    return handlers.idleState(
        (Boolean) program.get("observeOutput"),
        readerIdle,
        (Long) program.get("writerIdleMs"),
        (Long) program.get("allIdleMs"));
  }

  private void apply(Map<String, Object> op) {
    switch ((String) op.get("op")) {
      case "advance" -> clock.advance((Integer) op.get("ms") * NANOS_PER_MILLI);
      case "writeInbound" -> {
        if (channel.isOpen()) {
          channel.writeInbound("x");
        }
      }
      case "fireRead" -> channel.pipeline().fireChannelRead("x");
      case "fireReadComplete" -> channel.pipeline().fireChannelReadComplete();
      case "write" -> channel.write(message(op));
      case "writeAndFlush" -> {
        channel.setQuota((Integer) op.get("quota"));
        channel.writeAndFlush(message(op));
      }
      case "flush" -> {
        channel.setQuota((Integer) op.get("quota"));
        channel.flush();
      }
      case "close" -> {
        channel.setQuota(0);
        channel.close();
      }
      case "remove" -> {
        if (channel.pipeline().get("idle") != null) {
          channel.pipeline().remove("idle");
        }
      }
      default -> throw new IllegalArgumentException("unknown op " + op);
    }
  }

  private static ByteBuf message(Map<String, Object> op) {
    return Unpooled.wrappedBuffer(new byte[(Integer) op.get("size")]);
  }

  private long millis() {
    return (clock.nanoTime() - start) / NANOS_PER_MILLI;
  }

  private void cleanUp() {
    channel.setQuota(Integer.MAX_VALUE);
    try {
      channel.finishAndReleaseAll();
    } catch (Throwable ignored) {
      // Whatever closing brings up is no longer part of the case.
    }
  }

  private final class Observer extends ChannelInboundHandlerAdapter {
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      IdleStateEvent idle = (IdleStateEvent) event;
      events.add(Json.array(millis(), idle.state().name(), idle.isFirst()));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      events.add(Json.array(millis(), "exc", Errors.typeOf(cause)));
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      events.add(Json.array(millis(), "inactive"));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
      // Read and gone.
    }
  }
}
