package sluice.conformance.pipeline;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import sluice.conformance.Errors;
import sluice.conformance.Json;

/** What one scripted handler does: for each event a list of actions; without one it forwards. */
final class Script {
  private final Trace trace;
  /** All handlers of the program by their keys, for the actions that add one. */
  private final Map<String, ChannelHandler> handlers;
  private final boolean sharable;
  private final Map<String, List<Action>> on = new HashMap<>();

  Script(Trace trace, Map<String, ChannelHandler> handlers, Map<String, Object> description) {
    this.trace = trace;
    this.handlers = handlers;
    sharable = (Boolean) description.get("sharable");
    Json.asObject(description.get("on"))
        .forEach((event, actions) -> on.put(event, Action.listOf(Json.asArray(actions))));
  }

  boolean sharable() {
    return sharable;
  }

  void run(String event, ChannelHandlerContext ctx) {
    run(event, ctx, null, null);
  }

  /** Records the event and runs its actions; an exception of one of them leaves the callback. */
  void run(String event, ChannelHandlerContext ctx, Object arg, ChannelPromise promise) {
    if (arg == null) {
      trace.add(ctx.name(), event);
    } else {
      trace.add(ctx.name(), event, text(arg));
    }
    if (trace.isFull()) {
      return;
    }
    List<Action> actions = on.get(event);
    try {
      if (actions == null) {
        forward(event, ctx, arg, promise);
        return;
      }
      for (Action action : actions) {
        act(action, event, ctx, arg, promise);
      }
    } catch (Error e) {
      throw trace.fatal(e);
    }
  }

  private static String text(Object arg) {
    return arg instanceof Throwable error ? Errors.line(error) : String.valueOf(arg);
  }

  private static void forward(String event, ChannelHandlerContext ctx, Object arg, ChannelPromise promise) {
    switch (event) {
      case "channelRegistered" -> ctx.fireChannelRegistered();
      case "channelUnregistered" -> ctx.fireChannelUnregistered();
      case "channelActive" -> ctx.fireChannelActive();
      case "channelInactive" -> ctx.fireChannelInactive();
      case "channelRead" -> ctx.fireChannelRead(arg);
      case "channelReadComplete" -> ctx.fireChannelReadComplete();
      case "userEventTriggered" -> ctx.fireUserEventTriggered(arg);
      case "channelWritabilityChanged" -> ctx.fireChannelWritabilityChanged();
      case "exceptionCaught" -> ctx.fireExceptionCaught((Throwable) arg);
      case "write" -> ctx.write(arg, promise);
      case "flush" -> ctx.flush();
      case "read" -> ctx.read();
      case "close" -> ctx.close(promise);
      case "disconnect" -> ctx.disconnect(promise);
      case "deregister" -> ctx.deregister(promise);
      case "handlerAdded", "handlerRemoved" -> {
        // Not events that travel.
      }
      default -> throw new IllegalArgumentException("unknown event " + event);
    }
  }

  private void act(
      Action action, String event, ChannelHandlerContext ctx, Object arg, ChannelPromise promise) {
    if (trace.isFull() || !action.take()) {
      return;
    }
    Channel channel = ctx.channel();
    ChannelPipeline pipeline = ctx.pipeline();
    String msg = "@arg".equals(action.text("msg")) ? text(arg) + "~" : action.text("msg");
    String base = "@self".equals(action.text("base")) ? ctx.name() : action.text("base");
    String name = action.text("name");
    ChannelHandler handler = handlers.get(action.text("h"));
    Announcer announce = (details) -> announce(ctx, action, details);

    switch (action.name()) {
      case "fwd" -> forward(event, ctx, arg, promise);
      case "app" -> forward(event, ctx, arg + "+" + ctx.name(), promise);
      case "throw" -> throw new Boom(msg);

      case "succeed" -> promise.setSuccess();
      case "trySucceed" -> promise.trySuccess();
      case "fail" -> promise.setFailure(new Boom(msg));
      case "tryFail" -> promise.tryFailure(new Boom(msg));
      case "cancel" -> trace.add("~", "cancel", String.valueOf(promise.cancel(false)));

      case "ctxWrite" -> write(ctx, action, msg, () -> ctx.write(msg));
      case "chWrite" -> write(ctx, action, msg, () -> channel.write(msg));
      case "ctxWriteAndFlush" -> write(ctx, action, msg, () -> ctx.writeAndFlush(msg));
      case "chWriteAndFlush" -> write(ctx, action, msg, () -> channel.writeAndFlush(msg));
      case "ctxFlush" -> announce.then(ctx::flush);
      case "chFlush" -> announce.then(channel::flush);
      case "ctxRead" -> announce.then(ctx::read);
      case "chRead" -> announce.then(channel::read);
      case "ctxClose" -> end(ctx, action, ctx::close);
      case "plClose" -> end(ctx, action, pipeline::close);
      case "ctxDisconnect" -> end(ctx, action, ctx::disconnect);
      case "ctxDeregister" -> end(ctx, action, ctx::deregister);

      case "ctxFireRead" -> announce.then(() -> ctx.fireChannelRead(msg), msg);
      case "plFireRead" -> announce.then(() -> pipeline.fireChannelRead(msg), msg);
      case "ctxFireReadComplete" -> announce.then(ctx::fireChannelReadComplete);
      case "plFireReadComplete" -> announce.then(pipeline::fireChannelReadComplete);
      case "ctxFireUser" -> announce.then(() -> ctx.fireUserEventTriggered(msg), msg);
      case "plFireUser" -> announce.then(() -> pipeline.fireUserEventTriggered(msg), msg);
      case "ctxFireExc" -> announce.then(() -> ctx.fireExceptionCaught(new Boom(msg)), msg);
      case "plFireExc" -> announce.then(() -> pipeline.fireExceptionCaught(new Boom(msg)), msg);

      case "addFirst" -> announce.then(() -> pipeline.addFirst(name, handler), name);
      case "addLast" -> announce.then(() -> pipeline.addLast(name, handler), name);
      case "addBefore" -> announce.then(() -> pipeline.addBefore(base, name, handler), base, name);
      case "addAfter" -> announce.then(() -> pipeline.addAfter(base, name, handler), base, name);
      case "remove" -> announce.then(() -> pipeline.remove(base), base);
      case "replace" -> announce.then(() -> pipeline.replace(base, name, handler), base, name);
      case "removeFirst" -> announce.then(pipeline::removeFirst);
      case "removeLast" -> announce.then(pipeline::removeLast);

      case "exec" -> announce.then(() -> ctx.executor().execute(() -> runTask(action, ctx)));
      case "isRemoved" -> announce(ctx, action, String.valueOf(ctx.isRemoved()));
      default -> throw new IllegalArgumentException("unknown action " + action.name());
    }
  }

  /** Records an action just before it is done. */
  private interface Announcer {
    void announce(Object... details);

    default void then(Runnable action, Object... details) {
      announce(details);
      action.run();
    }
  }

  private void announce(ChannelHandlerContext ctx, Action action, Object... details) {
    Object[] entry = new Object[2 + details.length];
    entry[0] = ctx.name();
    entry[1] = "!" + action.name();
    System.arraycopy(details, 0, entry, 2, details.length);
    trace.add(entry);
  }

  /** An action with a future: the entry ends with its id, and its outcome is recorded when it is there. */
  private void write(ChannelHandlerContext ctx, Action action, String msg, Supplier<ChannelFuture> call) {
    String id = trace.nextPromise();
    announce(ctx, action, msg, id);
    trace.watch(id, call.get());
  }

  private void end(ChannelHandlerContext ctx, Action action, Supplier<ChannelFuture> call) {
    String id = trace.nextPromise();
    announce(ctx, action, id);
    trace.watch(id, call.get());
  }

  private void runTask(Action action, ChannelHandlerContext ctx) {
    trace.add(ctx.name(), "!run");
    try {
      for (Action task : action.tasks()) {
        act(task, "@task", ctx, null, null);
      }
    } catch (Exception e) {
      trace.add(ctx.name(), "!runErr", Errors.line(e));
    } catch (Error e) {
      throw trace.fatal(e);
    }
  }
}
