package sluice.conformance.transport;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import sluice.conformance.Json;
import sluice.conformance.RandomSource;

/** Water marks, and what a transport that takes only part of what is flushed does to them. */
public final class WritabilitySuite {
  private WritabilitySuite() {
  }

  public static Map<String, Object> record(int index, long seed) throws Exception {
    Map<String, Object> program = program(new RandomSource(seed));
    return Json.object(
        "id", "writability-" + index,
        "kind", "writability",
        "args", Json.object("entryOverhead", 96),
        "input", program,
        "expected", new WritabilityRun(program).run());
  }

  private static Map<String, Object> program(RandomSource random) {
    int low = random.pick(0, 1, 96, 100, 150, 200, 300, 1000);
    int high = random.chance(0.1)
        ? low + random.between(-2, 1)
        : low + random.pick(1, 50, 96, 97, 200, 500, 2000);
    boolean defaults = random.chance(0.06);
    if (random.chance(0.02)) {
      low = -1;
    }
    List<Object> ops = ops(random);
    Object refill = random.chance(0.25)
        ? Json.object(
            "size", random.below(300), "times", random.between(1, 3), "flush", random.chance(0.4))
        : null;
    return Json.object(
        "low", defaults ? null : low,
        "high", defaults ? null : high,
        "refillWhenWritable", refill,
        "ops", ops);
  }

  private static List<Object> ops(RandomSource random) {
    List<Object> ops = new ArrayList<>();
    int writes = 0;
    for (int count = random.between(4, 16); count > 0; count--) {
      switch (random.below(16)) {
        case 0, 1, 2, 3, 4, 5, 6 -> {
          ops.add(write(random));
          writes++;
        }
        case 7, 8, 9 -> ops.add(Json.object(
            "op", "flush", "quota", random.pick(0, 1, random.below(50), random.below(500), 100000)));
        case 10 -> ops.add(Json.object(
            "op", "userWritable",
            "index", random.between(1, random.chance(0.1) ? 32 : 4),
            "value", random.chance(0.5)));
        case 11 -> ops.add(
            Json.object("op", "water", "low", random.below(150), "high", 150 + random.below(900)));
        case 12 -> {
          if (writes > 0) {
            ops.add(Json.object("op", "cancel", "write", random.below(writes)));
          }
        }
        case 13, 14 -> ops.add(Json.object("op", "flush", "quota", random.below(400)));
        default -> {
          if (random.chance(0.25)) {
            ops.add(Json.object("op", "close"));
          }
        }
      }
    }
    if (random.chance(0.3)) {
      ops.add(Json.object("op", "close"));
    }
    return ops;
  }

  private static Map<String, Object> write(RandomSource random) {
    return Json.object(
        "op", random.chance(0.15) ? "writeAndFlush" : "write",
        "size", random.chance(0.1) ? 0
            : random.chance(0.15) ? 1
            : random.pick(random.below(20), random.below(200), random.below(1500)),
        "quota", random.chance(0.3) ? random.below(300) : 0);
  }
}
