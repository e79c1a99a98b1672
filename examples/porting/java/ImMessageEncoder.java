import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.MessageToByteEncoder;

@Sharable
final class ImMessageEncoder extends MessageToByteEncoder<ImMessage> {
    @Override
    protected void encode(ChannelHandlerContext ctx, ImMessage message, ByteBuf out) {
        out.writeShort(ImMessageDecoder.MAGIC);
        out.writeByte(ImMessageDecoder.VERSION);
        out.writeByte(message.type);
        out.writeInt(ByteBufUtil.utf8Bytes(message.body));
        ByteBufUtil.writeUtf8(out, message.body);
    }
}
