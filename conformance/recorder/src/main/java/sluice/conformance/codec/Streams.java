package sluice.conformance.codec;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import sluice.conformance.Json;
import sluice.conformance.RandomSource;

/** Byte streams on their way into a decoder: cut into pieces, cut short, and followed by an end. */
final class Streams {
  private Streams() {
  }

  static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  static void append(ByteArrayOutputStream stream, byte[] bytes) {
    stream.write(bytes, 0, bytes.length);
  }

  /** Half a frame at the end is where decoders differ most, so many streams lose their end. */
  static byte[] cutShort(RandomSource random, double probability, byte[] stream) {
    if (random.chance(probability) && stream.length > 1) {
      return Arrays.copyOf(stream, random.between(1, stream.length - 1));
    }
    return stream;
  }

  /**
   * The stream as {@code in} ops: in pieces of one of several sizes, several pieces in one burst of reads or
   * one each.
   */
  static List<Object> inOps(RandomSource random, byte[] stream) {
    List<String> pieces = split(random, stream);
    List<Object> ops = new ArrayList<>();
    double sameBurst = random.pick(0.0, 0.0, 0.3, 0.8);
    for (int i = 0; i < pieces.size();) {
      List<Object> burst = Json.array(pieces.get(i++));
      while (i < pieces.size() && random.chance(sameBurst)) {
        burst.add(pieces.get(i++));
      }
      ops.add(Json.object("op", "in", "bufs", burst));
    }
    return ops;
  }

  private static List<String> split(RandomSource random, byte[] stream) {
    int manner = random.below(6);
    List<String> pieces = new ArrayList<>();
    for (int from = 0; from < stream.length;) {
      int size = switch (manner) {
        case 0 -> stream.length;
        case 1 -> stream.length <= 48 ? 1 : random.between(1, 4);
        case 2 -> random.between(1, 3);
        case 3 -> random.between(1, 10);
        default -> random.between(1, Math.max(1, stream.length / 2));
      };
      int to = from + Math.min(size, stream.length - from);
      pieces.add(hex(Arrays.copyOfRange(stream, from, to)));
      from = to;
      if (random.chance(0.04)) {
        pieces.add("");
      }
    }
    return pieces;
  }

  /**
   * The stream as ops, usually followed by an end of the channel or of its input, or with the decoder
   * removed.
   */
  static List<Object> inOpsAndEnd(RandomSource random, byte[] stream) {
    List<Object> ops = inOps(random, stream);
    switch (random.below(10)) {
      case 0, 1, 2, 3, 4 -> ops.add(Json.object("op", "finish"));
      case 5 -> ops.add(Json.object("op", "close"));
      case 6 -> ops.add(random.below(ops.size() + 1), Json.object("op", "remove", "i", 0));
      case 7 -> {
        ops.add(Json.object("op", "inputShutdown"));
        if (random.chance(0.6)) {
          ops.add(Json.object("op", "finish"));
        }
      }
      default -> {
        // The channel stays open, with whatever the decoder holds.
      }
    }
    return ops;
  }
}
