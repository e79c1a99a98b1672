package sluice.conformance.codec;

import io.netty.handler.codec.FixedLengthFrameDecoder;
import sluice.conformance.Json;
import sluice.conformance.RandomSource;

/** Frames of one length. */
final class FixedLengthCases {
  private FixedLengthCases() {
  }

  static CodecCase frameDecoder(RandomSource random) {
    int frameLength = random.chance(0.06) ? random.between(-1, 0) : random.between(1, 10);
    byte[] stream = random.bytes(random.between(0, 40));
    return CodecCase.of(
        Json.object("frameLength", frameLength),
        Streams.inOpsAndEnd(random, stream),
        () -> new FixedLengthFrameDecoder(frameLength));
  }
}
