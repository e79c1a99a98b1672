import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.util.CharsetUtil;
import java.util.List;

/** magic (2 bytes) | version (1) | type (1) | length of the body (4) | body, UTF-8 */
final class ImMessageDecoder extends ByteToMessageDecoder {
    static final int MAGIC = 0x494D;
    static final int VERSION = 1;
    static final int HEADER = 8;
    private static final int MAX_BODY = 64 * 1024;

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (in.readableBytes() < HEADER) {
            return;
        }
        in.markReaderIndex();
        int magic = in.readUnsignedShort();
        int version = in.readUnsignedByte();
        if (magic != MAGIC || version != VERSION) {
            in.skipBytes(in.readableBytes());
            throw new CorruptedFrameException("magic " + magic + ", version " + version);
        }
        int type = in.readUnsignedByte();
        long length = in.readUnsignedInt();
        if (length > MAX_BODY) {
            in.skipBytes(in.readableBytes());
            throw new TooLongFrameException("body of " + length + " bytes");
        }
        if (in.readableBytes() < length) {
            in.resetReaderIndex();
            return;
        }
        String body = in.readCharSequence((int) length, CharsetUtil.UTF_8).toString();
        out.add(new ImMessage(type, body));
    }
}
