package sluice.conformance.pipeline;

import java.util.ArrayList;
import java.util.List;
import sluice.conformance.RandomSource;

/** The names a program uses: of its handlers, of contexts, and of messages, each message another. */
final class Vocabulary {
  private final RandomSource random;
  private final int handlerCount;
  private int used;

  Vocabulary(RandomSource random, int handlerCount) {
    this.random = random;
    this.handlerCount = handlerCount;
  }

  /** A text that no other message, event or error of the program has. */
  String unique(String prefix) {
    return prefix + used++;
  }

  String message() {
    return unique("m");
  }

  /** None to three messages, mostly one. */
  List<Object> messages() {
    List<Object> messages = new ArrayList<>();
    for (int count = random.chance(0.7) ? 1 : random.between(0, 3); count > 0; count--) {
      messages.add(message());
    }
    return messages;
  }

  String handler() {
    return "H" + random.below(handlerCount);
  }

  /** A name that may or may not be in the pipeline. */
  String existingName() {
    return name(0);
  }

  /**
   * A name to add a handler with.
   *
   * @param extra how many further names there are: the more, the fewer duplicates
   */
  String newName(int extra) {
    return name(extra);
  }

  private String name(int extra) {
    return "n" + random.below(handlerCount + 3 + extra);
  }
}
