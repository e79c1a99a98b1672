package sluice.conformance.transport;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import sluice.conformance.Json;
import sluice.conformance.RandomSource;

/** IdleStateHandler and ReadTimeoutHandler in virtual time. */
public final class IdleSuite {
  private IdleSuite() {
  }

  public static Map<String, Object> record(int index, long seed) throws Exception {
    Map<String, Object> program = program(new RandomSource(seed));
    return Json.object(
        "id", "idle-" + index,
        "kind", "idle",
        "args", Json.object(),
        "input", program,
        "expected", new IdleRun(program).run());
  }

  private static Map<String, Object> program(RandomSource random) {
    boolean readTimeout = random.chance(0.15);
    boolean observeOutput = !readTimeout && random.chance(0.4);
    long readerIdle = readTimeout ? random.between(5, 50) : idleTime(random, 0.6);
    long writerIdle = readTimeout ? 0 : idleTime(random, 0.6);
    long allIdle = readTimeout ? 0 : idleTime(random, 0.5);
    if (random.chance(0.03)) {
      readerIdle = -1;
    }
    return Json.object(
        "handler", readTimeout ? "ReadTimeoutHandler" : "IdleStateHandler",
        "observeOutput", observeOutput,
        "readerIdleMs", readerIdle,
        "writerIdleMs", writerIdle,
        "allIdleMs", allIdle,
        "ops", ops(random));
  }

  private static long idleTime(RandomSource random, double probability) {
    return random.chance(probability) ? random.between(5, 60) : 0;
  }

  private static List<Object> ops(RandomSource random) {
    List<Object> ops = new ArrayList<>();
    int count = random.between(5, 18);
    boolean removed = false;
    for (int i = 0; i < count; i++) {
      boolean nearEnd = i > count - 3;
      if (random.chance(0.6)) {
        int millis = random.chance(0.15) ? random.between(60, 300) : random.between(1, 35);
        ops.add(Json.object("op", "advance", "ms", millis));
      }
      switch (random.below(13)) {
        case 0, 1 -> ops.add(Json.object("op", "writeInbound"));
        case 2 -> ops.add(Json.object("op", "fireRead"));
        case 3 -> ops.add(Json.object("op", "fireReadComplete"));
        case 4, 5, 6 -> ops.add(Json.object(
            "op", "writeAndFlush",
            "size", random.between(1, 20),
            "quota", random.chance(0.5) ? 100 : random.below(10)));
        case 7 -> ops.add(Json.object("op", "write", "size", random.between(1, 20)));
        case 8, 9 -> ops.add(
            Json.object("op", "flush", "quota", random.chance(0.4) ? 0 : random.below(12)));
        case 10 -> {
          if (nearEnd) {
            ops.add(Json.object("op", "close"));
          }
        }
        case 11 -> {
          if (nearEnd && !removed) {
            removed = true;
            ops.add(Json.object("op", "remove"));
          }
        }
        default -> {
          // Time may pass with nothing done.
        }
      }
    }
    ops.add(Json.object("op", "advance", "ms", random.between(30, 200)));
    return ops;
  }
}
