import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.timeout.IdleState;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One side of a conversation: sends its messages while the channel is writable and compares what comes in. When both
 * are done it falls silent until each kind of idle event has come twice. The server then says goodbye with an empty
 * message, upon which the client, once it has its idle events too, closes. The same is in ../src/Exchange.ts.
 */
final class Exchange extends ChannelInboundHandlerAdapter {
  static final long RUN_IDLE_MILLIS = 10_000;
  private static final long QUIET_IDLE_MILLIS = 300;
  private static final int QUIET_EVENTS = 2;

  private final boolean client;
  private final Framing framing;
  private final Messages own;
  private final Messages expected;
  private final int count;
  private final List<String> errors = new ArrayList<>();
  private final List<String> idleEvents = new ArrayList<>();
  private final Map<IdleState, Integer> quietEvents = new EnumMap<>(IdleState.class);
  private final long start = System.nanoTime();
  private int begun;
  private int sent;
  private int received;
  private int mismatches;
  private int stalls;
  private int idleInRun;
  private boolean pumping;
  private boolean quiet;
  private boolean quietOver;
  private boolean goodbye;
  private long runMillis;

  Exchange(boolean client, Framing framing, Messages own, Messages expected, int count) {
    this.client = client;
    this.framing = framing;
    this.own = own;
    this.expected = expected;
    this.count = count;
  }

  static IdleStateHandler idleStateHandler(long millis) {
    return new IdleStateHandler(millis, millis, millis, TimeUnit.MILLISECONDS);
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    pump(ctx);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable()) {
      pump(ctx);
    } else {
      stalls++;
    }
  }

  private void pump(ChannelHandlerContext ctx) {
    if (pumping) {
      return;
    }
    pumping = true;
    while (begun < count && ctx.channel().isWritable()) {
      writeWhileWritable(ctx);
      // It may be writable again right away; the event of that found us pumping.
      ctx.flush();
    }
    pumping = false;
  }

  private void writeWhileWritable(ChannelHandlerContext ctx) {
    while (begun < count && ctx.channel().isWritable()) {
      begun++;
      ctx.write(framing.toMessage(own.next()))
          .addListener(
              written -> {
                if (written.isSuccess()) {
                  sent++;
                  fallSilentWhenDone(ctx);
                } else {
                  errors.add("write: " + written.cause());
                }
              });
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    byte[] bytes = framing.toBytes(message);
    if (received == count) {
      if (!client || goodbye || bytes.length > 0) {
        errors.add("a message too many");
      }
      goodbye = true;
      closeWhenDone(ctx);
      return;
    }
    received++;
    if (!Arrays.equals(bytes, expected.next())) {
      mismatches++;
    }
    fallSilentWhenDone(ctx);
  }

  private void fallSilentWhenDone(ChannelHandlerContext ctx) {
    if (quiet || sent < count || received < count) {
      return;
    }
    quiet = true;
    runMillis = (System.nanoTime() - start) / 1_000_000;
    ctx.pipeline().replace("idle", "idle", idleStateHandler(QUIET_IDLE_MILLIS));
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (!(event instanceof IdleStateEvent)) {
      return;
    }
    IdleStateEvent idle = (IdleStateEvent) event;
    if (!quiet) {
      idleInRun++;
    } else if (!quietOver) {
      idleEvents.add(idle.state() + (idle.isFirst() ? " first" : ""));
      quietEvents.merge(idle.state(), 1, Integer::sum);
      if (quietEvents.size() == 3 && quietEvents.values().stream().allMatch(n -> n >= QUIET_EVENTS)) {
        quietOver = true;
        if (client) {
          closeWhenDone(ctx);
        } else {
          ctx.writeAndFlush(framing.toMessage(new byte[0]));
        }
      }
    }
  }

  private void closeWhenDone(ChannelHandlerContext ctx) {
    if (goodbye && quietOver) {
      ctx.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    errors.add(cause.toString());
    ctx.close();
  }

  /** What happened, as one line of JSON; to be asked for when the channel is closed. */
  String result(Wire wire) {
    boolean orderly = quietOver && errors.isEmpty() && goodbye == client;
    return "{\"received\":" + received
        + ",\"sent\":" + sent
        + ",\"bytesReceived\":" + expected.total()
        + ",\"bytesSent\":" + own.total()
        + ",\"mismatches\":" + mismatches
        + ",\"piecesSent\":" + wire.piecesSent()
        + ",\"piecesRead\":" + wire.piecesRead()
        + ",\"reads\":" + wire.reads()
        + ",\"stalls\":" + stalls
        + ",\"idleInRun\":" + idleInRun
        + ",\"idleEvents\":" + jsonStrings(idleEvents)
        + ",\"runMillis\":" + runMillis
        + ",\"closed\":\"" + (orderly ? "orderly" : "early") + "\""
        + ",\"errors\":" + jsonStrings(errors)
        + "}";
  }

  private static String jsonStrings(List<String> texts) {
    List<String> quoted = new ArrayList<>();
    for (String text : texts) {
      quoted.add('"' + text.replaceAll("[\"\\\\\\p{Cntrl}]", "?") + '"');
    }
    return quoted.toString();
  }
}
