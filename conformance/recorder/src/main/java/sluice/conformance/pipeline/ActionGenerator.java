package sluice.conformance.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import sluice.conformance.Json;
import sluice.conformance.RandomSource;

/** Makes the actions of scripts. */
final class ActionGenerator {
  /** The event that stands for a task given to the executor. */
  private static final String TASK = "@task";

  private final RandomSource random;
  private final Vocabulary words;

  ActionGenerator(RandomSource random, Vocabulary words) {
    this.random = random;
    this.words = words;
  }

  /** An action that a script for the event can have. */
  Map<String, Object> next(String event) {
    Map<String, Object> action;
    do {
      action = draw(event);
    } while (action == null);
    return action;
  }

  /** An action, or null where the one drawn has no place in a script for the event. */
  private Map<String, Object> draw(String event) {
    boolean hasMessage = switch (event) {
      case "channelRead", "write", "userEventTriggered" -> true;
      default -> false;
    };
    boolean hasPromise = switch (event) {
      case "write", "close", "disconnect", "deregister" -> true;
      default -> false;
    };
    boolean canForward = !event.startsWith("handler") && !event.equals(TASK);

    return switch (random.below(37)) {
      case 0, 1, 2, 35, 36 -> canForward ? Json.object("a", "fwd") : null;
      case 3 -> hasMessage ? Json.object("a", "app") : null;
      case 4 -> event.equals(TASK) || random.chance(0.3)
          ? null
          : Json.object("a", "throw", "msg", words.unique("boom"), "max", random.between(1, 2));
      case 5 -> hasPromise ? Json.object("a", random.pick("succeed", "trySucceed")) : null;
      case 6 -> hasPromise
          ? Json.object("a", random.pick("fail", "tryFail"), "msg", words.unique("bad"))
          : null;
      case 7 -> !hasPromise || random.chance(0.6) ? null : Json.object("a", "cancel");
      case 8, 9, 10 -> Json.object(
          "a", random.pick("ctxWrite", "chWrite", "ctxWriteAndFlush", "chWriteAndFlush"),
          "msg", hasMessage && random.chance(0.3) ? "@arg" : words.message(),
          "max", random.between(1, 2));
      case 11 -> Json.object("a", "ctxWriteAndFlush", "msg", words.message(), "max", 1);
      case 12 -> Json.object("a", random.pick("ctxFlush", "chFlush"), "max", random.between(1, 2));
      case 13 -> once(random.pick("ctxRead", "chRead"));
      case 14 -> once(random.pick("ctxClose", "plClose"));
      case 15 -> random.chance(0.5) ? once("ctxDisconnect")
          : random.chance(0.3) ? once("ctxDeregister")
          : Json.object("a", "isRemoved", "max", 2);
      case 16, 17 -> fire("m", "ctxFireRead", "plFireRead");
      case 18 -> once(random.pick("ctxFireReadComplete", "plFireReadComplete"));
      case 19, 20 -> fire("u", "ctxFireUser", "plFireUser");
      case 21 -> fire("x", "ctxFireExc", "plFireExc");
      case 22, 23 -> Json.object("a", "remove", "base", base(), "max", 1);
      case 24, 25 -> addition("replace", base());
      case 26 -> addition("addFirst", null);
      case 27 -> addition("addLast", null);
      case 28, 29 -> addition("addBefore", base());
      case 30, 31 -> addition("addAfter", base());
      case 32 -> random.chance(0.6) ? null : once(random.pick("removeFirst", "removeLast"));
      default -> event.equals(TASK) ? null : task();
    };
  }

  private static Map<String, Object> once(String action) {
    return Json.object("a", action, "max", 1);
  }

  private Map<String, Object> fire(String prefix, String fromContext, String fromPipeline) {
    return Json.object(
        "a", random.pick(fromContext, fromPipeline), "msg", words.unique(prefix), "max", 1);
  }

  private Map<String, Object> addition(String action, String base) {
    Map<String, Object> addition = Json.object("a", action);
    if (base != null) {
      addition.put("base", base);
    }
    addition.put("name", words.newName(2));
    addition.put("h", words.handler());
    addition.put("max", 1);
    return addition;
  }

  private String base() {
    return random.chance(0.6) ? "@self" : words.existingName();
  }

  private Map<String, Object> task() {
    List<Object> acts = new ArrayList<>();
    for (int count = random.between(1, 2); count > 0; count--) {
      acts.add(next(TASK));
    }
    return Json.object("a", "exec", "acts", acts, "max", 1);
  }
}
