package sluice.conformance.pipeline;

import java.util.Map;
import sluice.conformance.Json;
import sluice.conformance.RandomSource;

/** Makes the ops: what is done to the channel and its pipeline from outside. */
final class OpGenerator {
  private final RandomSource random;
  private final Vocabulary words;

  OpGenerator(RandomSource random, Vocabulary words) {
    this.random = random;
    this.words = words;
  }

  Map<String, Object> next() {
    return switch (random.below(34)) {
      case 0, 1, 2, 3, 4 -> Json.object("op", "writeInbound", "msgs", words.messages());
      case 5, 6, 7, 8 -> Json.object("op", "writeOutbound", "msgs", words.messages());
      case 9, 10 -> Json.object("op", "write", "msg", words.message());
      case 11 -> Json.object("op", "writeAndFlush", "msg", words.message());
      case 12, 13 -> Json.object("op", "flush");
      case 14 -> Json.object("op", "fireUser", "msg", words.unique("u"));
      case 15 -> Json.object("op", "fireExc", "msg", words.unique("x"));
      // A choice of one: its draw keeps the programs of a seed what they have always been.
      case 16 -> Json.object("op", random.pick("fireRead"), "msg", words.message());
      case 17 -> Json.object("op", "fireReadComplete");
      case 18 -> Json.object("op", "addFirst", "name", words.newName(1), "h", words.handler());
      case 19 -> Json.object("op", "addLast", "name", words.newName(1), "h", words.handler());
      case 20 -> nextTo("addBefore");
      case 21 -> nextTo("addAfter");
      case 22 -> Json.object("op", "addLast", "name", null, "h", words.handler());
      case 23, 24 -> Json.object("op", "remove", "base", words.existingName());
      case 25 -> Json.object("op", "removeH", "h", words.handler());
      case 26 -> Json.object(
          "op", "replace",
          "base", words.existingName(),
          "name", random.chance(0.15) ? null : words.newName(1),
          "h", words.handler());
      case 27 -> Json.object("op", random.pick("removeFirst", "removeLast"));
      case 28 -> random.chance(0.25)
          ? Json.object("op", "close")
          : Json.object(
              "op", "writabilityUser", "index", random.between(1, 3), "value", random.chance(0.5));
      case 29 -> Json.object("op", "read");
      case 30 -> Json.object("op", "autoRead", "value", random.chance(0.6));
      case 31 -> Json.object("op", "ctxFireRead", "base", words.existingName(), "msg", words.message());
      case 32 ->
        Json.object("op", "ctxWriteAndFlush", "base", words.existingName(), "msg", words.message());
      default -> random.chance(0.15)
          ? Json.object("op", random.pick("deregister", "disconnect"))
          : Json.object("op", "query", "name", words.existingName(), "h", words.handler());
    };
  }

  private Map<String, Object> nextTo(String op) {
    return Json.object(
        "op", op, "base", words.existingName(), "name", words.newName(1), "h", words.handler());
  }
}
