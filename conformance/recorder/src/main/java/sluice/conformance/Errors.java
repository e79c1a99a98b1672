package sluice.conformance;

import java.util.Map;
import java.util.regex.Pattern;

/** How exceptions are written into cases. */
public final class Errors {
  private static final Pattern IDENTITY_HASH = Pattern.compile("@[0-9a-f]{5,8}\\b");
  private static final String HANDLER_PACKAGE = Errors.class.getPackageName() + ".pipeline.";

  private Errors() {
  }

  /** The class name without its package: {@code Outer$Inner} for a nested class. */
  public static String typeOf(Object object) {
    String name = object.getClass().getName();
    return name.substring(name.lastIndexOf('.') + 1);
  }

  /** The exception as an object with its type, its message and its direct cause. */
  public static Map<String, Object> describe(Throwable error) {
    Map<String, Object> described = typeAndMessage(error);
    Throwable cause = error.getCause();
    if (cause != null && cause != error) {
      described.put("cause", typeAndMessage(cause));
    }
    return described;
  }

  /** The exception in one line, for the traces of pipelines. */
  public static String line(Throwable error) {
    return typeOf(error) + ": " + messageOf(error);
  }

  /**
   * Errors of the machine, such as a full heap, are no outcome to record: this throws them on, so that the
   * program is dropped.
   */
  public static void rethrowIfFatal(Throwable error) {
    if (error instanceof Error fatal) {
      throw fatal;
    }
  }

  private static Map<String, Object> typeAndMessage(Throwable error) {
    return Json.object("type", typeOf(error), "msg", messageOf(error));
  }

  /**
   * The message without what belongs to this program and not to Netty: identity hashes, which differ from run
   * to run, are written as {@code @HASH}, and the scripted handlers have no package.
   */
  private static String messageOf(Throwable error) {
    String message = error.getMessage();
    if (message == null) {
      return null;
    }
    return IDENTITY_HASH.matcher(message).replaceAll("@HASH").replace(HANDLER_PACKAGE, "");
  }
}
