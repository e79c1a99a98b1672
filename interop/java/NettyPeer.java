import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;

/**
 * The real Netty of the interoperability tests: one connection, as server or client, then ends. Prints
 * <code>LISTENING port</code> (server) and at the end the result as one line of JSON. Ends early when its standard input
 * does, that is, when the test is gone.
 */
public final class NettyPeer {
  /** Small, so that the system takes little from a writer ahead of its reader. */
  private static final int SOCKET_BUFFER = 64 * 1024;

  /** Less than the largest piece, so that every run has to wait until it may go on writing. */
  private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(8 * 1024, 16 * 1024);

  private final boolean client;
  private final Exchange exchange;
  private final Framing framing;
  private final Wire wire;
  private final CountDownLatch closed = new CountDownLatch(1);

  private NettyPeer(boolean client, Framing framing, int ownSeed, int peerSeed, int count, long maxBytes) {
    boolean lines = framing == Framing.LINE;
    Messages own = new Messages(ownSeed, count, maxBytes, lines);
    Messages expected = new Messages(peerSeed, count, maxBytes, lines);
    this.client = client;
    this.framing = framing;
    this.exchange = new Exchange(client, framing, own, expected, count);
    this.wire = new Wire(ownSeed);
  }

  /** Arguments: client|server, port (0: a free one), framing, own seed, peer's seed, messages, most bytes of a direction. */
  public static void main(String[] args) {
    endWithStandardInput();
    NettyPeer peer =
        new NettyPeer(
            args[0].equals("client"),
            Framing.valueOf(args[2].toUpperCase(Locale.ROOT)),
            Integer.parseInt(args[3]),
            Integer.parseInt(args[4]),
            Integer.parseInt(args[5]),
            Long.parseLong(args[6]));
    try {
      peer.run(new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[1])));
      System.out.println(peer.exchange.result(peer.wire));
      System.exit(0);
    } catch (Throwable failure) {
      failure.printStackTrace();
      System.exit(1);
    }
  }

  private void run(InetSocketAddress address) throws InterruptedException {
    EventLoopGroup group = new NioEventLoopGroup(1);
    if (client) {
      new Bootstrap()
          .group(group)
          .channel(NioSocketChannel.class)
          .option(ChannelOption.TCP_NODELAY, true)
          .option(ChannelOption.SO_SNDBUF, SOCKET_BUFFER)
          .option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER)
          .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
          .handler(initializer())
          .connect(address)
          .sync();
      closed.await();
    } else {
      Channel server =
          new ServerBootstrap()
              .group(group)
              .channel(NioServerSocketChannel.class)
              .option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER)
              .childOption(ChannelOption.TCP_NODELAY, true)
              .childOption(ChannelOption.SO_SNDBUF, SOCKET_BUFFER)
              .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
              .childHandler(initializer())
              .bind(address)
              .sync()
              .channel();
      System.out.println("LISTENING " + ((InetSocketAddress) server.localAddress()).getPort());
      closed.await();
      server.close().sync();
    }
  }

  private ChannelInitializer<SocketChannel> initializer() {
    return new ChannelInitializer<SocketChannel>() {
      @Override
      protected void initChannel(SocketChannel channel) {
        channel.pipeline().addLast("idle", Exchange.idleStateHandler(Exchange.RUN_IDLE_MILLIS));
        channel.pipeline().addLast(wire);
        framing.addTo(channel.pipeline());
        channel.pipeline().addLast(exchange);
        // As a task: the events that follow the closing come first.
        channel.closeFuture().addListener(done -> channel.eventLoop().execute(closed::countDown));
      }
    };
  }

  private static void endWithStandardInput() {
    Thread watcher =
        new Thread(
            () -> {
              try {
                while (System.in.read() >= 0) {
                  // Nothing is expected.
                }
              } catch (IOException gone) {
                // The same as its end.
              }
              System.exit(1);
            });
    watcher.setDaemon(true);
    watcher.start();
  }
}
