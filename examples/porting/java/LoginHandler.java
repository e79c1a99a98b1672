import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** The first message must be a login. Runs on an executor of its own, because asking the user store blocks. */
final class LoginHandler extends SimpleChannelInboundHandler<ImMessage> {
    static final AttributeKey<String> USER = AttributeKey.valueOf("user");
    private static final int TIMEOUT_SECONDS = 10;

    private final UserStore users;
    private final ChatHandler chat;
    private ScheduledFuture<?> timeout;

    LoginHandler(UserStore users, ChatHandler chat) {
        this.users = users;
        this.chat = chat;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        timeout = ctx.executor().schedule(() -> ctx.close(), TIMEOUT_SECONDS, TimeUnit.SECONDS);
        ctx.fireChannelActive();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ImMessage message) throws Exception {
        String user = message.type == ImMessage.LOGIN ? users.find(message.body) : null;
        if (user == null) {
            ctx.writeAndFlush(new ImMessage(ImMessage.LOGIN_FAILED, "who are you?"))
                    .addListener(ChannelFutureListener.CLOSE);
            return;
        }
        ctx.channel().attr(USER).set(user);
        ctx.writeAndFlush(new ImMessage(ImMessage.LOGIN_OK, user));
        ctx.pipeline().replace(this, "chat", chat);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (timeout != null) {
            timeout.cancel(false);
        }
    }
}
