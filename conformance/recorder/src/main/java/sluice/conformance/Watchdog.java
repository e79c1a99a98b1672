package sluice.conformance;

import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/**
 * Ends the process when a program does not end, which some do: they drive Netty into an endless loop over its
 * list of contexts. Java has no way to stop a thread from outside, so the process ends, after telling which
 * program it was; whoever started it starts the next one behind that program.
 */
final class Watchdog {
  static final int EXIT_CODE = 3;
  /** Of processor time and not of real time, so that a busy machine drops no program that ends. */
  private static final long LIMIT_NANOS = 3_000_000_000L;
  private static final int POLL_MILLIS = 100;
  private static final int NONE = -1;

  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final long watched = Thread.currentThread().getId();
  private final PrintStream out;
  private int running = NONE;
  private long startNanos;

  /** Watches the thread that makes it. */
  Watchdog(PrintStream out) {
    this.out = out;
    Thread thread = new Thread(this::watch, "watchdog");
    thread.setDaemon(true);
    thread.start();
  }

  synchronized void started(int index) {
    running = index;
    startNanos = threads.getThreadCpuTime(watched);
  }

  synchronized void finished() {
    running = NONE;
  }

  private void watch() {
    try {
      while (true) {
        Thread.sleep(POLL_MILLIS);
        endIfTooLong();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts the watchdog", e);
    }
  }

  private synchronized void endIfTooLong() {
    if (running == NONE || threads.getThreadCpuTime(watched) - startNanos < LIMIT_NANOS) {
      return;
    }
    out.print(Json.write(Recorder.dropped(running, "endless")) + '\n');
    out.flush();
    Runtime.getRuntime().halt(EXIT_CODE);
  }
}
