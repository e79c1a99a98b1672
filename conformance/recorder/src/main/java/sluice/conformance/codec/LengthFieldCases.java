package sluice.conformance.codec;

import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.LengthFieldPrepender;
import java.io.ByteArrayOutputStream;
import java.nio.ByteOrder;
import sluice.conformance.Json;
import sluice.conformance.RandomSource;

/** Frames that begin with their length. */
final class LengthFieldCases {
  private LengthFieldCases() {
  }

  static CodecCase frameDecoder(RandomSource random) {
    ByteOrder order = byteOrder(random);
    int offset = random.below(5);
    // Some lengths are ones that the constructor or the decoder rejects.
    int length = random.chance(0.03) ? random.pick(5, 6, 7, 0, 9) : random.pick(1, 2, 3, 4, 8);
    int adjustment = random.chance(0.4)
        ? 0
        : random.between(-4, 4) - (random.chance(0.15) ? offset + length : 0);
    boolean failFast = random.chance(0.5);
    int maxFrameLength = random.chance(0.04)
        ? random.between(-1, offset + length)
        : offset + length + random.between(2, random.pick(12, 40));
    int strip = random.chance(0.01) ? -1
        : random.chance(0.3) ? 0
        : random.chance(0.4) ? offset + length
        : random.between(0, offset + length + 3);

    byte[] stream = frames(random, order, maxFrameLength, offset, length, adjustment);
    return CodecCase.of(
        Json.object(
            "byteOrder", nameOf(order),
            "maxFrameLength", maxFrameLength,
            "lengthFieldOffset", offset,
            "lengthFieldLength", length,
            "lengthAdjustment", adjustment,
            "initialBytesToStrip", strip,
            "failFast", failFast),
        Streams.inOpsAndEnd(random, Streams.cutShort(random, 0.4, stream)),
        () -> new LengthFieldBasedFrameDecoder(
            order, maxFrameLength, offset, length, adjustment, strip, failFast));
  }

  private static byte[] frames(
      RandomSource random, ByteOrder order, int maxFrameLength, int offset, int length, int adjustment) {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    int frames = random.between(1, 8);
    double wrong = random.pick(0.0, 0.1, 0.3);
    for (int i = 0; i < frames; i++) {
      int maxBody = Math.max(0, maxFrameLength - offset - length);
      int body = random.between(0, Math.min(maxBody, random.pick(4, 12, 40)));
      if (random.chance(wrong)) {
        body = maxBody + random.between(1, 20);
      }
      long field = body - adjustment;
      if (random.chance(wrong * 0.25)) {
        field = random.pick(
            -1L, -2L, 0L, 1L, 2L, 127L, 128L, 255L, -128L, Long.MAX_VALUE, Long.MIN_VALUE,
            (long) Integer.MAX_VALUE, (long) random.below(30));
      }
      Streams.append(stream, random.bytes(offset));
      Streams.append(stream, lengthField(order, Math.min(8, Math.max(length, 1)), field));
      Streams.append(stream, random.bytes(body));
    }
    return stream.toByteArray();
  }

  private static byte[] lengthField(ByteOrder order, int length, long value) {
    byte[] field = new byte[length];
    for (int i = 0; i < length; i++) {
      int shift = (order == ByteOrder.BIG_ENDIAN ? length - 1 - i : i) * Byte.SIZE;
      field[i] = (byte) (value >> shift);
    }
    return field;
  }

  static CodecCase prepender(RandomSource random) {
    ByteOrder order = byteOrder(random);
    int length = random.chance(0.06) ? random.pick(0, 5, 6, 7, -1) : random.pick(1, 2, 3, 4, 8);
    int adjustment = random.chance(0.4) ? 0
        : random.chance(0.1) ? random.between(-100, -1)
        : random.between(-4, 4);
    boolean includesItself = random.chance(0.5);
    return CodecCase.of(
        Json.object(
            "byteOrder", nameOf(order),
            "lengthFieldLength", length,
            "lengthAdjustment", adjustment,
            "lengthIncludesLengthFieldLength", includesItself),
        // A negative length makes no handler; its messages are text so that a seed keeps its cases.
        length < 0 ? Messages.textOutOps(random) : Messages.bytesOutOps(random, length == 1),
        () -> new LengthFieldPrepender(order, length, adjustment, includesItself));
  }

  private static ByteOrder byteOrder(RandomSource random) {
    return random.chance(0.7) ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
  }

  private static String nameOf(ByteOrder order) {
    return order == ByteOrder.BIG_ENDIAN ? "BE" : "LE";
  }
}
