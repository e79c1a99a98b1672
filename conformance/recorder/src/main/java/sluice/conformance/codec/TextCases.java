package sluice.conformance.codec;

import io.netty.handler.codec.string.LineEncoder;
import io.netty.handler.codec.string.LineSeparator;
import io.netty.handler.codec.string.StringDecoder;
import io.netty.handler.codec.string.StringEncoder;
import java.nio.charset.Charset;
import java.util.List;
import sluice.conformance.Json;
import sluice.conformance.RandomSource;

/** Text in several charsets. */
final class TextCases {
  private TextCases() {
  }

  static CodecCase stringDecoder(RandomSource random) {
    String charset = random.pick(
        "UTF-8", "UTF-8", "UTF-8", "ISO-8859-1", "US-ASCII", "UTF-16BE", "UTF-16LE", "UTF-16");
    byte[] stream = random.chance(0.6)
        ? Messages.text(random, random.between(0, 12)).getBytes(Charset.forName(charset))
        : random.bytes(random.between(0, 16));
    List<Object> ops = Streams.inOps(random, stream);
    if (random.chance(0.3)) {
      ops.add(Json.object("op", "finish"));
    }
    return CodecCase.of(
        Json.object("charset", charset), ops, () -> new StringDecoder(Charset.forName(charset)));
  }

  static CodecCase stringEncoder(RandomSource random) {
    String charset = random.pick(
        "UTF-8", "UTF-8", "ISO-8859-1", "US-ASCII", "UTF-16BE", "UTF-16LE", "UTF-16");
    return CodecCase.of(
        Json.object("charset", charset),
        Messages.textOutOps(random),
        () -> new StringEncoder(Charset.forName(charset)));
  }

  static CodecCase lineEncoder(RandomSource random) {
    String separator = random.pick("\n", "\r\n", "\0", ";;");
    String charset = random.pick("UTF-8", "US-ASCII", "UTF-16BE");
    return CodecCase.of(
        Json.object("separator", separator, "charset", charset),
        Messages.textOutOps(random),
        () -> new LineEncoder(new LineSeparator(separator), Charset.forName(charset)));
  }
}
