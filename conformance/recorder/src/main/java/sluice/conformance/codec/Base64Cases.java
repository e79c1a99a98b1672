package sluice.conformance.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.base64.Base64;
import io.netty.handler.codec.base64.Base64Decoder;
import io.netty.handler.codec.base64.Base64Dialect;
import io.netty.handler.codec.base64.Base64Encoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import sluice.conformance.Json;
import sluice.conformance.RandomSource;

/** Base64 in Netty's three dialects, some of it damaged. */
final class Base64Cases {
  private Base64Cases() {
  }

  static CodecCase decoder(RandomSource random) {
    Base64Dialect dialect = dialect(random);
    byte[] bytes = random.bytes(random.between(0, 80));
    // Encoded by Netty, so that the input keeps its line breaks and padding; both Netty versions encode
    // alike.
    ByteBuf encoded = Base64.encode(Unpooled.wrappedBuffer(bytes), random.chance(0.4), dialect);
    byte[] stream = ByteBufUtil.getBytes(encoded);
    if (random.chance(0.3) && stream.length > 0) {
      stream = Arrays.copyOf(stream, random.below(stream.length));
    }
    if (random.chance(0.25) && stream.length > 0) {
      int at = random.below(stream.length);
      stream[at] = (byte) (int) random.pick(
          (int) '*', (int) '=', 32, 10, 9, 0x80, 0xff, (int) '-', (int) '_', (int) '+', (int) '/');
    }
    List<Object> ops = random.chance(0.6)
        ? Json.array(Json.object("op", "in", "bufs", Json.array(Streams.hex(stream))))
        : Streams.inOps(random, stream);
    return CodecCase.of(
        Json.object("dialect", dialect.name()), ops, () -> new Base64Decoder(dialect));
  }

  static CodecCase encoder(RandomSource random) {
    Base64Dialect dialect = dialect(random);
    boolean breakLines = random.chance(0.5);
    List<Object> ops = new ArrayList<>();
    for (int messages = random.between(1, 3); messages > 0; messages--) {
      // The sizes around a full line and around a group of three bytes are the interesting ones.
      int size = random.chance(0.3)
          ? random.pick(56, 57, 58, 114, 115, 0, 1, 2, 3)
          : random.between(0, 130);
      ops.add(Json.object("op", "out", "hex", Streams.hex(random.bytes(size))));
    }
    return CodecCase.of(
        Json.object("breakLines", breakLines, "dialect", dialect.name()),
        ops,
        () -> new Base64Encoder(breakLines, dialect));
  }

  private static Base64Dialect dialect(RandomSource random) {
    return random.pick(Base64Dialect.STANDARD, Base64Dialect.URL_SAFE, Base64Dialect.ORDERED);
  }
}
