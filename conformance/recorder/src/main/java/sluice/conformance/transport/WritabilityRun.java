package sluice.conformance.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.WriteBufferWaterMark;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import sluice.conformance.Errors;
import sluice.conformance.Json;

/** Runs one program of writes and flushes and records the accounting after each op. */
final class WritabilityRun {
  private final Map<String, Object> program;
  private final QuotaChannel channel = new QuotaChannel(() -> 0);
  private final List<ChannelFuture> writes = new ArrayList<>();
  private List<Object> events = new ArrayList<>();

  WritabilityRun(Map<String, Object> program) {
    this.program = program;
  }

  Map<String, Object> run() throws Exception {
    if (program.get("low") != null) {
      try {
        setWaterMark(program);
      } catch (Throwable e) {
        return Json.object("ctorError", Errors.typeOf(e), "msg", e.getMessage());
      }
    }
    channel.pipeline().addLast(new Observer());
    channel.register();
    List<Object> steps = new ArrayList<>();
    for (Object op : Json.asArray(program.get("ops"))) {
      steps.add(step(Json.asObject(op)));
    }
    cleanUp();
    return Json.object("steps", steps);
  }

  private void setWaterMark(Map<String, Object> lowAndHigh) {
    channel.config().setWriteBufferWaterMark(
        new WriteBufferWaterMark((Integer) lowAndHigh.get("low"), (Integer) lowAndHigh.get("high")));
  }

  private Map<String, Object> step(Map<String, Object> op) {
    events = new ArrayList<>();
    Map<String, Object> step = Json.object("ev", events);
    try {
      apply(op, step);
    } catch (Throwable e) {
      step.put("threw", Errors.describe(e));
    }
    channel.runPendingTasks();

    ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
    step.put("isWritable", channel.isWritable());
    step.put("bytesBeforeUnwritable", channel.bytesBeforeUnwritable());
    step.put("bytesBeforeWritable", channel.bytesBeforeWritable());
    step.put("pending", channel.pendingBytes());
    step.put("flushedEntries", buffer == null ? null : buffer.size());
    step.put("currentProgress", buffer == null ? null : buffer.currentProgress());
    return step;
  }

  private void apply(Map<String, Object> op, Map<String, Object> step) {
    String name = (String) op.get("op");
    switch (name) {
      case "write", "writeAndFlush" -> {
        channel.setQuota((Integer) op.get("quota"));
        write((Integer) op.get("size"), name.equals("writeAndFlush"));
      }
      case "flush" -> {
        channel.setQuota((Integer) op.get("quota"));
        channel.flush();
      }
      case "userWritable" -> {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        if (buffer != null) {
          buffer.setUserDefinedWritability((Integer) op.get("index"), (Boolean) op.get("value"));
        }
      }
      case "water" -> setWaterMark(op);
      case "cancel" -> step.put("cancelled", writes.get((Integer) op.get("write")).cancel(false));
      case "close" -> {
        channel.setQuota(0);
        channel.close();
      }
      default -> throw new IllegalArgumentException("unknown op " + op);
    }
  }

  private void write(int size, boolean flush) {
    String id = "w" + writes.size();
    // The listener is there before the write, so that its event comes among the others in its place.
    ChannelPromise promise = channel.newPromise();
    writes.add(promise);
    recordOutcome(promise, id);
    ByteBuf msg = Unpooled.wrappedBuffer(new byte[size]);
    if (flush) {
      channel.writeAndFlush(msg, promise);
    } else {
      channel.write(msg, promise);
    }
  }

  private void recordOutcome(ChannelFuture write, String id) {
    write.addListener((done) -> events.add(Json.object(
        "e", "done",
        "write", id,
        "result", done.isSuccess() ? "ok"
            : done.isCancelled() ? "cancelled"
            : Errors.typeOf(done.cause()))));
  }

  private void cleanUp() {
    events = new ArrayList<>();
    channel.setQuota(Integer.MAX_VALUE);
    try {
      channel.finishAndReleaseAll();
    } catch (Throwable ignored) {
      // Whatever closing brings up is no longer part of the case.
    }
  }

  /** Records what the handlers of the channel get to see, and writes more when it becomes writable. */
  private final class Observer extends ChannelInboundHandlerAdapter {
    private final Map<String, Object> refill = Json.asObject(program.get("refillWhenWritable"));
    private int refillsLeft = refill == null ? 0 : (Integer) refill.get("times");
    private int refills;

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
      events.add(Json.object(
          "e", "writabilityChanged", "writable", channel.isWritable(), "pending", channel.pendingBytes()));
      if (channel.isWritable() && refillsLeft > 0) {
        refillsLeft--;
        refill();
      }
    }

    private void refill() {
      String id = "r" + refills++;
      recordOutcome(channel.write(Unpooled.wrappedBuffer(new byte[(Integer) refill.get("size")])), id);
      if ((Boolean) refill.get("flush")) {
        channel.flush();
      }
      events.add(Json.object("e", "refilled", "write", id));
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      events.add(Json.object("e", "inactive"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      events.add(Json.object("e", "exc", "type", Errors.typeOf(cause), "msg", cause.getMessage()));
    }
  }
}
