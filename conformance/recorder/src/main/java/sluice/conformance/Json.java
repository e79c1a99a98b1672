package sluice.conformance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON as maps and lists. A program is kept in this form and run from it, so that what is written is exactly
 * what was run.
 */
public final class Json {
  /** The largest whole number that a JavaScript number holds exactly. */
  private static final long MAX_SAFE_INTEGER = (1L << 53) - 1;

  private Json() {
  }

  /** An object from its names and values in turn; it keeps their order. */
  public static Map<String, Object> object(Object... namesAndValues) {
    Map<String, Object> object = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      object.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return object;
  }

  public static List<Object> array(Object... elements) {
    return new ArrayList<>(Arrays.asList(elements));
  }

  @SuppressWarnings("unchecked")
  public static Map<String, Object> asObject(Object value) {
    return (Map<String, Object>) value;
  }

  @SuppressWarnings("unchecked")
  public static List<Object> asArray(Object value) {
    return (List<Object>) value;
  }

  /** The text, in ASCII only, so that no reader can get the encoding wrong. */
  public static String write(Object value) {
    StringBuilder text = new StringBuilder();
    write(text, value);
    return text.toString();
  }

  private static void write(StringBuilder text, Object value) {
    if (value == null || value instanceof Boolean || value instanceof Integer) {
      text.append(value);
    } else if (value instanceof Long number) {
      boolean safe = Math.abs(number) <= MAX_SAFE_INTEGER && number != Long.MIN_VALUE;
      text.append(safe ? number.toString() : '"' + number.toString() + '"');
    } else if (value instanceof Map<?, ?> object) {
      writeObject(text, object);
    } else if (value instanceof List<?> array) {
      writeArray(text, array);
    } else if (value instanceof String string) {
      writeString(text, string);
    } else {
      throw new IllegalArgumentException("not a JSON value: " + value.getClass());
    }
  }

  private static void writeObject(StringBuilder text, Map<?, ?> object) {
    String separator = "{";
    for (Map.Entry<?, ?> entry : object.entrySet()) {
      text.append(separator);
      writeString(text, (String) entry.getKey());
      text.append(':');
      write(text, entry.getValue());
      separator = ",";
    }
    text.append(object.isEmpty() ? "{}" : "}");
  }

  private static void writeArray(StringBuilder text, List<?> array) {
    String separator = "[";
    for (Object element : array) {
      text.append(separator);
      write(text, element);
      separator = ",";
    }
    text.append(array.isEmpty() ? "[]" : "]");
  }

  private static void writeString(StringBuilder text, String string) {
    text.append('"');
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
      if (c == '"' || c == '\\') {
        text.append('\\').append(c);
      } else if (c < ' ' || c > '~') {
        text.append(String.format("\\u%04x", (int) c));
      } else {
        text.append(c);
      }
    }
    text.append('"');
  }
}
