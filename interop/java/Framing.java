import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.LengthFieldPrepender;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.codec.protobuf.ProtobufVarint32FrameDecoder;
import io.netty.handler.codec.protobuf.ProtobufVarint32LengthFieldPrepender;
import io.netty.handler.codec.string.LineEncoder;
import io.netty.handler.codec.string.LineSeparator;
import io.netty.handler.codec.string.StringDecoder;
import io.netty.util.ReferenceCountUtil;

/** How messages are told apart on the wire. Lines travel the pipeline as strings, the others as buffers. */
enum Framing {
  LENGTHFIELD {
    @Override
    void addTo(ChannelPipeline pipeline) {
      pipeline.addLast(
          new LengthFieldBasedFrameDecoder(MAX_MESSAGE + 4, 0, 4, 0, 4), new LengthFieldPrepender(4));
    }
  },
  LINE {
    @Override
    void addTo(ChannelPipeline pipeline) {
      pipeline.addLast(
          new LineBasedFrameDecoder(MAX_MESSAGE),
          new StringDecoder(ISO_8859_1),
          new LineEncoder(LineSeparator.UNIX, ISO_8859_1));
    }

    @Override
    Object toMessage(byte[] bytes) {
      return new String(bytes, ISO_8859_1);
    }

    @Override
    byte[] toBytes(Object message) {
      return ((String) message).getBytes(ISO_8859_1);
    }
  },
  VARINT {
    @Override
    void addTo(ChannelPipeline pipeline) {
      pipeline.addLast(new ProtobufVarint32FrameDecoder(), new ProtobufVarint32LengthFieldPrepender());
    }
  };

  static final int MAX_MESSAGE = 256 * 1024;

  abstract void addTo(ChannelPipeline pipeline);

  Object toMessage(byte[] bytes) {
    return Unpooled.wrappedBuffer(bytes);
  }

  /** The content of a message that came in; releases it. */
  byte[] toBytes(Object message) {
    try {
      return ByteBufUtil.getBytes((ByteBuf) message);
    } finally {
      ReferenceCountUtil.release(message);
    }
  }
}
