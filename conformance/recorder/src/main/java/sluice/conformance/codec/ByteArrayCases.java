package sluice.conformance.codec;

import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.bytes.ByteArrayDecoder;
import io.netty.handler.codec.bytes.ByteArrayEncoder;
import java.util.List;
import sluice.conformance.Json;
import sluice.conformance.RandomSource;

/** Buffers to byte arrays and back: the one case with two handlers. */
final class ByteArrayCases {
  private ByteArrayCases() {
  }

  static CodecCase codec(RandomSource random) {
    List<Object> ops = Streams.inOps(random, random.bytes(random.between(0, 12)));
    ops.add(Json.object("op", "out", "bytes", Streams.hex(random.bytes(random.between(0, 6)))));
    if (random.chance(0.4)) {
      ops.add(Json.object("op", "out", "str", "notbytes"));
    }
    return new CodecCase(
        Json.object(), () -> new ChannelHandler[] {new ByteArrayDecoder(), new ByteArrayEncoder()}, ops);
  }
}
