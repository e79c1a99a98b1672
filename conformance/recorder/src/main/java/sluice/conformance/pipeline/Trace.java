package sluice.conformance.pipeline;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import java.util.ArrayList;
import java.util.List;
import sluice.conformance.Errors;
import sluice.conformance.Json;

/** What the handlers of a program saw and did, step by step. */
final class Trace {
  /** A program with more is an avalanche that teaches nothing; its scripts stop, and it is dropped. */
  private static final int MAX_ENTRIES = 600;

  private List<Object> step = new ArrayList<>();
  private int entries;
  private int promises;
  private boolean full;
  private Error fatal;

  /** The list that takes the entries from now on. */
  List<Object> startStep() {
    step = new ArrayList<>();
    return step;
  }

  void add(Object... entry) {
    if (++entries > MAX_ENTRIES) {
      full = true;
    }
    if (!full) {
      step.add(Json.array(entry));
    }
  }

  boolean isFull() {
    return full;
  }

  /** Keeps an error of the machine in mind, such as a stack without end: Netty may well swallow it. */
  Error fatal(Error error) {
    fatal = error;
    return error;
  }

  /** Throws such an error, so that the program is dropped. */
  void throwIfFatal() {
    if (fatal != null) {
      throw fatal;
    }
  }

  /** Nothing is recorded from here on, and no script runs. */
  void end() {
    full = true;
  }

  String nextPromise() {
    return "p" + promises++;
  }

  /** Records the outcome of a future when it is there. */
  void watch(String id, ChannelFuture future) {
    future.addListener((ChannelFutureListener) (done) -> add("~", "done", id, outcomeOf(done)));
  }

  private static String outcomeOf(ChannelFuture done) {
    if (done.isSuccess()) {
      return "ok";
    }
    return done.isCancelled() ? "cancelled" : Errors.line(done.cause());
  }
}
