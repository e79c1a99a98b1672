import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.util.Random;

/**
 * Next to the socket: cuts both streams of bytes into pieces of random size, whose borders have nothing to do with those
 * of the messages. What goes out is flushed piece by piece; what comes in reaches the decoder piece by piece.
 */
final class Wire extends ChannelDuplexHandler {
  private static final int MAX_PIECE_EXPONENT = 15;

  private final Random random;
  private int leftToWrite;
  private int piecesSent;
  private int reads;
  private int piecesRead;

  Wire(int seed) {
    this.random = new Random(seed);
    this.leftToWrite = nextPiece();
  }

  int piecesSent() {
    return piecesSent;
  }

  /** How often the socket gave something. */
  int reads() {
    return reads;
  }

  int piecesRead() {
    return piecesRead;
  }

  /** 1 B to 32 KiB, small ones as often as large ones. */
  private int nextPiece() {
    return 1 + random.nextInt(1 << random.nextInt(MAX_PIECE_EXPONENT + 1));
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    ByteBuf bytes = (ByteBuf) message;
    while (bytes.readableBytes() > leftToWrite) {
      ctx.write(bytes.readRetainedSlice(leftToWrite));
      endPiece(ctx);
    }
    leftToWrite -= bytes.readableBytes();
    ctx.write(bytes, promise);
    if (leftToWrite == 0) {
      endPiece(ctx);
    }
  }

  private void endPiece(ChannelHandlerContext ctx) {
    ctx.flush();
    piecesSent++;
    leftToWrite = nextPiece();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    reads++;
    ByteBuf bytes = (ByteBuf) message;
    try {
      while (bytes.isReadable()) {
        piecesRead++;
        ctx.fireChannelRead(bytes.readRetainedSlice(Math.min(nextPiece(), bytes.readableBytes())));
      }
    } finally {
      bytes.release();
    }
  }
}
