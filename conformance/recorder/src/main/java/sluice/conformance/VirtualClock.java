package sluice.conformance;

import io.netty.util.concurrent.DefaultPromise;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.PriorityQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;

/** Time that passes only when told to, and the timers that wait for it. */
public final class VirtualClock {
  /** Not zero: handlers may take a time of zero for none. */
  private long now = 1_000_000_000L;
  private long timersMade;
  private final PriorityQueue<Timer> timers = new PriorityQueue<>();

  public long nanoTime() {
    return now;
  }

  /** Timers that are neither due yet nor cancelled. */
  public int pendingTimers() {
    return timers.size();
  }

  public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
    Timer timer = new Timer(task, now + unit.toNanos(delay), timersMade++);
    timers.add(timer);
    return timer;
  }

  /** Lets the timers of the time between fire, in order, each at its own time. */
  public void advance(long nanos) {
    long end = now + nanos;
    while (!timers.isEmpty() && timers.peek().due <= end) {
      Timer timer = timers.poll();
      now = Math.max(now, timer.due);
      timer.fire();
    }
    now = end;
  }

  private final class Timer extends DefaultPromise<Void> implements ScheduledFuture<Void> {
    private final Runnable task;
    private final long due;
    private final long number;

    Timer(Runnable task, long due, long number) {
      super(ImmediateEventExecutor.INSTANCE);
      this.task = task;
      this.due = due;
      this.number = number;
    }

    void fire() {
      setSuccess(null);
      task.run();
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      timers.remove(this);
      return super.cancel(mayInterruptIfRunning);
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(due - now, TimeUnit.NANOSECONDS);
    }

    /** By time; timers of the same time in the order in which they were made. */
    @Override
    public int compareTo(Delayed other) {
      Timer timer = (Timer) other;
      return due != timer.due ? Long.compare(due, timer.due) : Long.compare(number, timer.number);
    }
  }
}
