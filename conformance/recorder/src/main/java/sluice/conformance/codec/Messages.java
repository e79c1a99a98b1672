package sluice.conformance.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import sluice.conformance.Json;
import sluice.conformance.RandomSource;

/** Messages on their way out: as ops, as objects, and as they are recorded. */
final class Messages {
  private Messages() {
  }

  /** {@code out} ops of text, and now and then of bytes, which an encoder of text lets pass. */
  static List<Object> textOutOps(RandomSource random) {
    List<Object> ops = new ArrayList<>();
    for (int messages = random.between(1, 4); messages > 0; messages--) {
      ops.add(random.chance(0.1)
          ? Json.object("op", "out", "hex", Streams.hex(random.bytes(random.between(0, 6))))
          : Json.object("op", "out", "str", text(random, random.chance(0.1) ? 0 : random.between(0, 12))));
    }
    return ops;
  }

  /**
   * {@code out} ops of bytes, and now and then of text, which an encoder of bytes lets pass.
   *
   * @param aroundOneByte whether some messages have a length that only just fits into a byte, or no longer
   *   does
   */
  static List<Object> bytesOutOps(RandomSource random, boolean aroundOneByte) {
    List<Object> ops = new ArrayList<>();
    for (int messages = random.between(1, 4); messages > 0; messages--) {
      if (random.chance(0.08)) {
        ops.add(Json.object("op", "out", "str", "passthrough"));
        continue;
      }
      int size = aroundOneByte && random.chance(0.3) ? random.between(120, 260) : random.between(0, 16);
      ops.add(Json.object("op", "out", "hex", Streams.hex(random.bytes(size))));
    }
    return ops;
  }

  /** Text of one to four UTF-8 bytes a character; rarely half a surrogate pair. */
  static String text(RandomSource random, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.appendCodePoint(random.chance(0.5) ? random.between(' ', '~')
          : random.chance(0.5) ? random.between(0xa0, 0x7ff)
          : random.chance(0.6) ? random.between(0x3040, 0x9fff)
          : random.chance(0.15) ? 0xd83d
          : random.between(0x1f300, 0x1f5ff));
    }
    return text.toString();
  }

  /** The message an {@code out} op writes: a String, a byte array or a ByteBuf. */
  static Object fromOp(Map<String, Object> op) {
    if (op.containsKey("str")) {
      return op.get("str");
    }
    if (op.containsKey("bytes")) {
      return HexFormat.of().parseHex((String) op.get("bytes"));
    }
    return buffer((String) op.get("hex"));
  }

  static ByteBuf buffer(String hex) {
    return Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex));
  }

  /** The form in which a message that came out is recorded. */
  static Map<String, Object> describe(Object message) {
    if (message instanceof ByteBuf buffer) {
      return Json.object("buf", ByteBufUtil.hexDump(buffer));
    }
    if (message instanceof String text) {
      return Json.object("str", text);
    }
    if (message instanceof byte[] bytes) {
      return Json.object("bytes", Streams.hex(bytes));
    }
    throw new IllegalArgumentException("no codec of this suite makes a " + message.getClass());
  }
}
