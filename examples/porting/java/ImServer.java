import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.EventExecutorGroup;
import java.net.InetSocketAddress;

public final class ImServer {
    public static void main(String[] args) throws Exception {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 7010;
        EventLoopGroup boss = new NioEventLoopGroup(1);
        EventLoopGroup workers = new NioEventLoopGroup();
        EventExecutorGroup logins = new DefaultEventExecutorGroup(4);
        UserStore users = token -> token.startsWith("token-") ? token.substring(6) : null;
        ChatHandler chat = new ChatHandler();
        ImMessageEncoder encoder = new ImMessageEncoder();
        ConnectionHandler connection = new ConnectionHandler();
        try {
            Channel server = new ServerBootstrap()
                    .group(boss, workers)
                    .channel(NioServerSocketChannel.class)
                    .option(ChannelOption.SO_BACKLOG, 1024)
                    .childOption(ChannelOption.SO_KEEPALIVE, true)
                    .childHandler(new ChannelInitializer<SocketChannel>() {
                        @Override
                        protected void initChannel(SocketChannel channel) {
                            channel.pipeline()
                                    .addLast("idle", new IdleStateHandler(30, 0, 0))
                                    .addLast("decoder", new ImMessageDecoder())
                                    .addLast("encoder", encoder)
                                    .addLast(logins, "login", new LoginHandler(users, chat))
                                    .addLast("connection", connection);
                        }
                    })
                    .bind("127.0.0.1", port)
                    .sync()
                    .channel();
            InetSocketAddress address = (InetSocketAddress) server.localAddress();
            System.out.println("ImServer listens on 127.0.0.1:" + address.getPort() + "; Ctrl-C stops it");
            server.closeFuture().sync();
        } finally {
            boss.shutdownGracefully();
            workers.shutdownGracefully();
            logins.shutdownGracefully();
        }
    }
}
