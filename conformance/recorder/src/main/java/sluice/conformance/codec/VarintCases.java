package sluice.conformance.codec;

import io.netty.handler.codec.protobuf.ProtobufVarint32FrameDecoder;
import io.netty.handler.codec.protobuf.ProtobufVarint32LengthFieldPrepender;
import java.io.ByteArrayOutputStream;
import sluice.conformance.Json;
import sluice.conformance.RandomSource;

/** Frames that begin with their length as a Protobuf varint. */
final class VarintCases {
  private VarintCases() {
  }

  static CodecCase frameDecoder(RandomSource random) {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    for (int frames = random.between(1, 6); frames > 0; frames--) {
      int length = random.chance(0.1) ? random.between(128, 200) : random.between(0, 12);
      if (random.chance(0.06)) {
        Streams.append(stream, oddVarint(random));
        continue;
      }
      writeVarint(stream, length);
      Streams.append(stream, random.bytes(length));
    }
    byte[] bytes = Streams.cutShort(random, 0.4, stream.toByteArray());
    return CodecCase.of(
        Json.object(), Streams.inOpsAndEnd(random, bytes), ProtobufVarint32FrameDecoder::new);
  }

  /** Negative lengths, too many bytes, and a length with a byte more than it needs. */
  private static byte[] oddVarint(RandomSource random) {
    return random.pick(
        new byte[] {-1, -1, -1, -1, 15},
        new byte[] {-1, -1, -1, -1, 127},
        new byte[] {-128, -128, -128, -128, -128, 1},
        new byte[] {-127, 0},
        new byte[] {-128, -128, -128, -128, 8});
  }

  private static void writeVarint(ByteArrayOutputStream stream, int value) {
    int rest = value;
    while ((rest & ~127) != 0) {
      stream.write((rest & 127) | 128);
      rest >>>= 7;
    }
    stream.write(rest);
  }

  static CodecCase prepender(RandomSource random) {
    return CodecCase.of(
        Json.object(), Messages.bytesOutOps(random, true), ProtobufVarint32LengthFieldPrepender::new);
  }
}
