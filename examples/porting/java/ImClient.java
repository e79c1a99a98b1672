import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.concurrent.TimeUnit;

/** Logs in, sends the lines of its standard input, prints what comes, and reconnects. */
public final class ImClient {
    private final NioEventLoopGroup group = new NioEventLoopGroup(1);
    private final Bootstrap bootstrap = new Bootstrap();
    private final String token;
    private volatile Channel channel;
    private volatile boolean closed;

    ImClient(int port, String token) {
        this.token = token;
        bootstrap.group(group)
                .channel(NioSocketChannel.class)
                .remoteAddress("127.0.0.1", port)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel ch) {
                        ch.pipeline().addLast(
                                new IdleStateHandler(0, 10, 0),
                                new ImMessageDecoder(),
                                new ImMessageEncoder(),
                                new ClientHandler());
                    }
                });
    }

    void connect() {
        bootstrap.connect().addListener((ChannelFutureListener) future -> {
            if (future.isSuccess()) {
                channel = future.channel();
            } else if (!closed) {
                group.schedule(this::connect, 1, TimeUnit.SECONDS);
            }
        });
    }

    void send(String text) {
        channel.writeAndFlush(new ImMessage(ImMessage.TEXT, text));
    }

    void close() {
        closed = true;
        if (channel != null) {
            channel.close();
        }
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    private final class ClientHandler extends SimpleChannelInboundHandler<ImMessage> {
        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            ctx.writeAndFlush(new ImMessage(ImMessage.LOGIN, token));
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ImMessage message) {
            System.out.println(message.type + " " + message.body);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof IdleStateEvent) {
                ctx.writeAndFlush(new ImMessage(ImMessage.PING, ""));
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (!closed) {
                group.schedule(ImClient.this::connect, 1, TimeUnit.SECONDS);
            }
        }
    }

    public static void main(String[] args) throws Exception {
        ImClient client = new ImClient(Integer.parseInt(args[0]), args[1]);
        client.connect();
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            client.send(line);
        }
        client.close();
    }
}
