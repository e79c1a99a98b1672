package sluice.conformance.pipeline;

import java.util.List;
import java.util.Map;
import sluice.conformance.Json;

/** One action of a script. It counts its runs over the whole program. */
final class Action {
  private final Map<String, Object> fields;
  private final List<Action> tasks;
  private int runsLeft;

  private Action(Map<String, Object> fields) {
    this.fields = fields;
    tasks = fields.containsKey("acts") ? listOf(Json.asArray(fields.get("acts"))) : List.of();
    runsLeft = fields.containsKey("max") ? (Integer) fields.get("max") : Integer.MAX_VALUE;
  }

  static List<Action> listOf(List<Object> actions) {
    return actions.stream().map((action) -> new Action(Json.asObject(action))).toList();
  }

  String name() {
    return text("a");
  }

  /** The field, or null. */
  String text(String field) {
    return (String) fields.get(field);
  }

  /** The actions of the task that an {@code exec} gives to the executor. */
  List<Action> tasks() {
    return tasks;
  }

  /** Whether it may run once more, which then counts. */
  boolean take() {
    return runsLeft-- > 0;
  }
}
