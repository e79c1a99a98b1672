package sluice.conformance.codec;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The events of the step that runs. */
final class EventLog {
  private List<Object> events = new ArrayList<>();

  void add(Map<String, Object> event) {
    events.add(event);
  }

  /** The list that takes the events from now on. */
  List<Object> startStep() {
    events = new ArrayList<>();
    return events;
  }
}
