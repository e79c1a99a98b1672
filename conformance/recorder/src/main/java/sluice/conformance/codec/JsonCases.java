package sluice.conformance.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.handler.codec.json.JsonObjectDecoder;
import sluice.conformance.Json;
import sluice.conformance.RandomSource;

/** Streams of JSON objects and arrays, mostly well formed. */
final class JsonCases {
  private static final int DEFAULT_MAX_OBJECT_LENGTH = 1024 * 1024;

  private JsonCases() {
  }

  static CodecCase objectDecoder(RandomSource random) {
    int maxObjectLength = random.chance(0.3) ? random.between(4, 30)
        : random.chance(0.04) ? 0
        : DEFAULT_MAX_OBJECT_LENGTH;
    boolean streamElements = random.chance(0.4);

    StringBuilder text = new StringBuilder();
    for (int documents = random.between(1, 5); documents > 0; documents--) {
      text.append(random.pick("", " ", "\n", "\t\r\n", "  "));
      if (random.chance(0.05)) {
        text.append(random.pick("x", "1", "\"a\"", "]", "}", ","));
      }
      text.append(document(random));
    }
    byte[] stream = Streams.cutShort(random, 0.25, text.toString().getBytes(UTF_8));
    if (random.chance(0.08)) {
      stream[random.below(stream.length)] = (byte) random.below(256);
    }
    return CodecCase.of(
        Json.object("maxObjectLength", maxObjectLength, "streamArrayElements", streamElements),
        Streams.inOpsAndEnd(random, stream),
        () -> new JsonObjectDecoder(maxObjectLength, streamElements));
  }

  private static String document(RandomSource random) {
    if (random.chance(0.3)) {
      String first = value(random, 0);
      String more = random.chance(0.6) ? random.pick(",", " , ", ",\n") + value(random, 1) : "";
      return "[" + first + more + "]";
    }
    if (random.chance(0.1)) {
      return "[]";
    }
    return "{\"" + random.pick("k", "a\\\"b", "}", "\\\\", "\u00e9") + "\":" + value(random, 0) + "}";
  }

  private static String value(RandomSource random, int depth) {
    return switch (random.below(depth > 2 ? 5 : 8)) {
      case 0 -> String.valueOf(random.between(-5, 999));
      case 1 -> "\""
          + random.pick("", "x", "[", "]", "{", "}", "\\\"", "\\\\", ",", "\u4f60", "a b") + "\"";
      case 2 -> random.pick("true", "false", "null");
      case 3 -> "[]";
      case 4 -> random.pick("{}", "{ }", "[ ]");
      case 5 -> "{\"a\": " + value(random, depth + 1) + ",\"b\":" + value(random, depth + 1) + "}";
      case 6 -> "[" + value(random, depth + 1) + "," + value(random, depth + 1) + "]";
      default -> "[ " + value(random, depth + 1) + " ]";
    };
  }
}
