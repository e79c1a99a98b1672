package sluice.conformance.pipeline;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.DefaultChannelId;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import sluice.conformance.Errors;
import sluice.conformance.Json;
import sluice.conformance.UnusableProgramException;

/** Runs one program and records a step for its creation and for each op. */
final class PipelineRun {
  private final Map<String, Object> program;
  private final Trace trace = new Trace();
  private final Map<String, ChannelHandler> handlers = new LinkedHashMap<>();
  private EmbeddedChannel channel;

  PipelineRun(Map<String, Object> program) {
    this.program = program;
  }

  Map<String, Object> run() throws UnusableProgramException {
    Json.asObject(program.get("handlers"))
        .forEach((key, description) -> handlers.put(key, handler(Json.asObject(description))));
    List<Object> steps = new ArrayList<>();
    steps.add(create());
    PipelineOps operations = new PipelineOps(channel, handlers);
    List<Object> ops = Json.asArray(program.get("ops"));
    for (int i = 0; i < ops.size(); i++) {
      steps.add(step(operations, Json.asObject(ops.get(i)), "op" + i));
    }
    cleanUp();
    return Json.object("steps", steps);
  }

  private ChannelHandler handler(Map<String, Object> description) {
    Script script = new Script(trace, handlers, description);
    return switch ((String) description.get("type")) {
      case "InH" -> new InH(script);
      case "OutH" -> new OutH(script);
      default -> new DupH(script);
    };
  }

  private Map<String, Object> create() throws UnusableProgramException {
    Map<String, Object> step = Json.object("trace", trace.startStep());
    boolean registered = program.get("mode").equals("empty");
    boolean hasInitializer = program.get("mode").equals("initializer");
    channel = new EmbeddedChannel(
        DefaultChannelId.newInstance(), registered, (Boolean) program.get("hasDisconnect"));
    if (hasInitializer) {
      channel.pipeline().addLast("init", initializer());
    }
    configure();
    if (hasInitializer) {
      attempt(step, () -> {
        channel.register();
        return null;
      });
    }
    return finish(step);
  }

  private ChannelInitializer<Channel> initializer() {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel initialized) {
        for (Object added : Json.asArray(program.get("initial"))) {
          List<Object> nameAndKey = Json.asArray(added);
          initialized.pipeline().addLast((String) nameAndKey.get(0), handlers.get(nameAndKey.get(1)));
        }
      }
    };
  }

  private void configure() {
    channel.config().setAutoRead((Boolean) program.get("autoRead"));
    List<Object> mark = Json.asArray(program.get("waterMark"));
    if (mark != null) {
      channel.config().setWriteBufferWaterMark(
          new WriteBufferWaterMark((Integer) mark.get(0), (Integer) mark.get(1)));
    }
  }

  private Map<String, Object> step(PipelineOps operations, Map<String, Object> op, String id)
      throws UnusableProgramException {
    Map<String, Object> step = Json.object("trace", trace.startStep());
    Object result = attempt(step, () -> operations.apply(op));
    if (result instanceof ChannelFuture future) {
      trace.watch(id, future);
    } else if (result != null) {
      step.put("ret", result);
    }
    return finish(step);
  }

  private interface Attempt {
    Object run() throws Exception;
  }

  private static Object attempt(Map<String, Object> step, Attempt attempt) {
    try {
      return attempt.run();
    } catch (Throwable e) {
      Errors.rethrowIfFatal(e);
      step.put("threw", Errors.line(e));
      return null;
    }
  }

  /** Lets the tasks run, and adds what fell out of the pipeline's ends and what the channel is like now. */
  private Map<String, Object> finish(Map<String, Object> step) throws UnusableProgramException {
    channel.runPendingTasks();
    try {
      channel.checkException();
    } catch (Throwable e) {
      Errors.rethrowIfFatal(e);
      step.put("tailExc", Errors.line(e));
    }
    trace.throwIfFatal();
    if (trace.isFull()) {
      throw new UnusableProgramException("too long");
    }
    putUnlessEmpty(step, "in", drain(channel::readInbound));
    putUnlessEmpty(step, "out", drain(channel::readOutbound));
    step.put("names", new ArrayList<Object>(channel.pipeline().names()));
    step.put("state", state());
    return step;
  }

  private static List<Object> drain(Supplier<Object> source) {
    List<Object> drained = new ArrayList<>();
    for (Object msg = source.get(); msg != null; msg = source.get()) {
      drained.add(msg.toString());
    }
    return drained;
  }

  private static void putUnlessEmpty(Map<String, Object> step, String name, List<Object> values) {
    if (!values.isEmpty()) {
      step.put(name, values);
    }
  }

  private String state() {
    return (channel.isOpen() ? "O" : "-")
        + (channel.isActive() ? "A" : "-")
        + (channel.isRegistered() ? "R" : "-")
        + (channel.isWritable() ? "W" : "-");
  }

  private void cleanUp() {
    trace.end();
    try {
      channel.finishAndReleaseAll();
    } catch (Throwable ignored) {
      // Whatever closing brings up is no longer part of the case.
    }
  }
}
