package sluice.conformance.pipeline;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sluice.conformance.Json;
import sluice.conformance.RandomSource;

/** Makes the program of a seed: the handlers with their scripts, and the ops. */
final class ProgramGenerator {
  /** Events for scripts of inbound handlers; those named more than once come up more often. */
  private static final String[] INBOUND = {
    "channelRead", "channelRead", "channelRead", "channelReadComplete", "userEventTriggered",
    "userEventTriggered", "exceptionCaught", "exceptionCaught", "channelActive", "channelInactive",
    "channelRegistered", "channelUnregistered", "channelWritabilityChanged", "handlerAdded", "handlerRemoved",
  };
  private static final String[] OUTBOUND = {
    "write", "write", "write", "flush", "read", "close", "disconnect", "deregister", "handlerAdded",
    "handlerRemoved", "exceptionCaught",
  };

  private final RandomSource random;
  private final Vocabulary words;
  private final ActionGenerator actions;
  private final OpGenerator operations;
  private final int handlerCount;

  ProgramGenerator(long seed) {
    random = new RandomSource(seed);
    handlerCount = random.between(2, 6);
    words = new Vocabulary(random, handlerCount);
    actions = new ActionGenerator(random, words);
    operations = new OpGenerator(random, words);
  }

  Map<String, Object> generate() {
    double density = random.pick(0.0, 0.15, 0.3, 0.5, 0.8);
    boolean unregistered = random.chance(0.1);
    boolean initializer = !unregistered && random.chance(0.2);
    boolean autoRead = !random.chance(0.2);
    boolean hasDisconnect = random.chance(0.25);

    Map<String, Object> handlers = new LinkedHashMap<>();
    for (int i = 0; i < handlerCount; i++) {
      handlers.put("H" + i, handler(density));
    }
    int initially = random.between(0, handlerCount);
    List<Object> initial = new ArrayList<>();
    List<Object> ops = new ArrayList<>();
    for (int i = 0; i < initially; i++) {
      if (initializer) {
        initial.add(Json.array("n" + i, "H" + i));
      } else {
        ops.add(Json.object("op", "addLast", "name", "n" + i, "h", "H" + i));
      }
    }
    if (unregistered) {
      ops.add(Json.object("op", "register"));
    }
    for (int more = random.between(3, 10); more > 0; more--) {
      ops.add(operations.next());
    }
    if (random.chance(0.5)) {
      ops.add(Json.object("op", random.pick("close", "disconnect", "finish")));
    }
    return Json.object(
        "mode", unregistered ? "unregistered" : initializer ? "initializer" : "empty",
        "autoRead", autoRead,
        "hasDisconnect", hasDisconnect,
        "waterMark", random.chance(0.5) ? waterMark() : null,
        "handlers", handlers,
        "initial", initial,
        "ops", ops);
  }

  /** Close to one, two and three messages, which weigh 104 bytes each (8 and an overhead of 96). */
  private List<Object> waterMark() {
    return Json.array(random.pick(0, 50, 104, 105, 150), random.pick(150, 207, 208, 209, 312, 400));
  }

  private Map<String, Object> handler(double density) {
    String type = random.pick("InH", "OutH", "DupH", "DupH");
    int scripts = 0;
    for (int i = 0; i < 5; i++) {
      if (random.chance(density)) {
        scripts++;
      }
    }
    Map<String, Object> on = new LinkedHashMap<>();
    for (int i = 0; i < scripts; i++) {
      String event = event(type);
      if (!on.containsKey(event)) {
        on.put(event, script(event));
      }
    }
    return Json.object("type", type, "sharable", random.chance(0.3), "on", on);
  }

  private String event(String type) {
    return switch (type) {
      case "InH" -> random.pick(INBOUND);
      case "OutH" -> random.pick(OUTBOUND);
      default -> random.chance(0.5) ? random.pick(INBOUND) : random.pick(OUTBOUND);
    };
  }

  private List<Object> script(String event) {
    List<Object> script = new ArrayList<>();
    int length = random.chance(0.08) ? 0 : random.between(1, 3);
    for (int i = 0; i < length; i++) {
      script.add(actions.next(event));
    }
    if (event.equals("handlerAdded")) {
      script = withOneEditAtMost(script);
    }
    // Most events are forwarded in the end, or at once, so that a program does not stop at its first handler.
    if (length > 0 && !event.startsWith("handler") && random.chance(0.5)) {
      script.add(random.below(2) == 0 ? script.size() : 0, Json.object("a", "fwd"));
    }
    return script;
  }

  /**
   * A {@code handlerAdded} that edits the pipeline and then fails corrupts the list of contexts in Netty
   * 4.1.48, so that it keeps to one removal, or to actions that do not edit, or to one addition.
   */
  private static List<Object> withOneEditAtMost(List<Object> script) {
    List<Object> removals = new ArrayList<>();
    List<Object> others = new ArrayList<>();
    for (Object action : script) {
      String name = (String) Json.asObject(action).get("a");
      if (name.startsWith("remove") || name.startsWith("replace")) {
        removals.add(action);
      } else if (!name.startsWith("add") || script.size() == 1) {
        others.add(action);
      }
    }
    return removals.isEmpty() ? others : new ArrayList<>(removals.subList(0, 1));
  }
}
