import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;

/** Passes each text on to everybody else. */
@Sharable
final class ChatHandler extends SimpleChannelInboundHandler<ImMessage> {
    private final ChannelGroup members = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        members.add(ctx.channel());
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ImMessage message) {
        if (message.type == ImMessage.PING) {
            ctx.writeAndFlush(new ImMessage(ImMessage.PONG, message.body));
        } else if (message.type == ImMessage.TEXT) {
            String user = ctx.channel().attr(LoginHandler.USER).get();
            ImMessage text = new ImMessage(ImMessage.TEXT, user + ": " + message.body);
            members.writeAndFlush(text, channel -> channel != ctx.channel());
        }
    }
}
