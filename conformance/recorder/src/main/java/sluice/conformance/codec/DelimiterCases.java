package sluice.conformance.codec;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.DelimiterBasedFrameDecoder;
import io.netty.handler.codec.LineBasedFrameDecoder;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import sluice.conformance.Json;
import sluice.conformance.RandomSource;

/** Frames that end with a line break or another delimiter. */
final class DelimiterCases {
  private DelimiterCases() {
  }

  static CodecCase lineDecoder(RandomSource random) {
    int maxLength = random.between(1, 20);
    boolean strip = random.chance(0.5);
    boolean failFast = random.chance(0.5);

    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    for (int lines = random.between(1, 7); lines > 0; lines--) {
      int length = random.between(0, random.chance(0.25) ? maxLength + 8 : maxLength);
      append(stream, random.text(length, random.chance(0.8) ? "abcdef" : "ab\r"));
      append(stream, random.pick("\n", "\r\n", "\n", "\r", "\r\r\n"));
    }
    if (random.chance(0.4)) {
      append(stream, random.text(random.between(1, maxLength + 10), "xyz\r"));
    }
    return CodecCase.of(
        Json.object("maxLength", maxLength, "stripDelimiter", strip, "failFast", failFast),
        Streams.inOpsAndEnd(random, stream.toByteArray()),
        () -> new LineBasedFrameDecoder(maxLength, strip, failFast));
  }

  static CodecCase delimiterDecoder(RandomSource random) {
    int maxFrameLength = random.chance(0.04) ? random.between(-1, 0) : random.between(1, 24);
    boolean strip = random.chance(0.5);
    boolean failFast = random.chance(0.5);
    List<String> delimiters = delimiters(random);

    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    int usual = Math.max(0, maxFrameLength);
    for (int frames = random.between(1, 7); frames > 0; frames--) {
      int length = random.between(0, random.chance(0.25) ? usual + 8 : usual);
      append(stream, random.text(length, random.pick("xyz", "abcx", "x|$\r")));
      append(stream, random.pick(delimiters));
    }
    if (random.chance(0.4)) {
      append(stream, random.text(random.between(1, Math.max(1, maxFrameLength) + 10), "xyz"));
    }
    List<Object> asHex = new ArrayList<>();
    delimiters.forEach((delimiter) -> asHex.add(Streams.hex(delimiter.getBytes(US_ASCII))));
    return CodecCase.of(
        Json.object(
            "maxFrameLength", maxFrameLength,
            "stripDelimiter", strip,
            "failFast", failFast,
            "delimiters", asHex),
        Streams.inOpsAndEnd(random, stream.toByteArray()),
        () -> new DelimiterBasedFrameDecoder(maxFrameLength, strip, failFast, buffers(delimiters)));
  }

  /**
   * One to three delimiters, some the beginning or the end of others; now and then an empty one, which is an
   * error.
   */
  private static List<String> delimiters(RandomSource random) {
    int count = random.between(1, 3);
    List<String> delimiters = new ArrayList<>();
    if (random.chance(0.25)) {
      delimiters.addAll(random.pick(List.of("\n", "\r\n"), List.of("\r\n", "\n"), List.of("\0")));
    } else {
      for (int i = 0; i < count; i++) {
        delimiters.add(random.pick("\n", "\r\n", "|", "||", "ab", "a", "\0", "$_", "abc", "bc"));
      }
    }
    if (random.chance(0.03)) {
      delimiters.set(0, "");
    }
    return delimiters;
  }

  private static ByteBuf[] buffers(List<String> delimiters) {
    return delimiters.stream()
        .map((delimiter) -> Unpooled.wrappedBuffer(delimiter.getBytes(US_ASCII)))
        .toArray(ByteBuf[]::new);
  }

  private static void append(ByteArrayOutputStream stream, String text) {
    Streams.append(stream, text.getBytes(US_ASCII));
  }
}
