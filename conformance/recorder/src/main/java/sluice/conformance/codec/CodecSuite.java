package sluice.conformance.codec;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import sluice.conformance.Json;
import sluice.conformance.RandomSource;

/** The general codecs: framing, prefixes, text, bytes, Base64, JSON. */
public final class CodecSuite {
  /** A codec and its share of the cases. */
  private record Kind(String name, int share, Function<RandomSource, CodecCase> generator) {
  }

  private static final List<Kind> KINDS = List.of(
      new Kind("LengthFieldBasedFrameDecoder", 34, LengthFieldCases::frameDecoder),
      new Kind("FixedLengthFrameDecoder", 5, FixedLengthCases::frameDecoder),
      new Kind("LineBasedFrameDecoder", 9, DelimiterCases::lineDecoder),
      new Kind("DelimiterBasedFrameDecoder", 10, DelimiterCases::delimiterDecoder),
      new Kind("JsonObjectDecoder", 9, JsonCases::objectDecoder),
      new Kind("ProtobufVarint32FrameDecoder", 6, VarintCases::frameDecoder),
      new Kind("StringDecoder", 4, TextCases::stringDecoder),
      new Kind("StringEncoder", 2, TextCases::stringEncoder),
      new Kind("LineEncoder", 3, TextCases::lineEncoder),
      new Kind("LengthFieldPrepender", 7, LengthFieldCases::prepender),
      new Kind("ProtobufVarint32LengthFieldPrepender", 2, VarintCases::prepender),
      new Kind("Base64Decoder", 4, Base64Cases::decoder),
      new Kind("Base64Encoder", 3, Base64Cases::encoder),
      new Kind("ByteArrayCodec", 2, ByteArrayCases::codec));

  private static final int ALL_SHARES = KINDS.stream().mapToInt(Kind::share).sum();

  private CodecSuite() {
  }

  public static Map<String, Object> record(int index, long seed) {
    RandomSource random = new RandomSource(seed);
    Kind kind = kindOf(index);
    boolean autoRead = !random.chance(0.15);
    CodecCase made = kind.generator().apply(random);
    return Json.object(
        "id", "codec-" + kind.name() + "-" + index,
        "kind", kind.name(),
        "args", made.args(),
        "input", Json.object("autoRead", autoRead, "ops", made.ops()),
        "expected", new CodecRun(made, autoRead).run());
  }

  private static Kind kindOf(int index) {
    int rest = index % ALL_SHARES;
    for (Kind kind : KINDS) {
      rest -= kind.share();
      if (rest < 0) {
        return kind;
      }
    }
    throw new IllegalArgumentException("negative index " + index);
  }
}
