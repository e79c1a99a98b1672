/**
 * The messages of one direction, a function of the seed: the receiver makes them again and compares. The same algorithm
 * is in ../src/messages.ts.
 */
final class Messages {
  /** Sizes are spread evenly over the powers of two up to this one: 256 KiB. */
  private static final int MAX_EXPONENT = 18;

  /** The same while the total is ahead of its pace: up to 8 KiB. */
  private static final int SMALL_EXPONENT = 13;

  private final int count;
  private final long maxBytes;
  private final boolean lines;
  private int state;
  private int made;
  private long total;

  /**
   * @param maxBytes what `count` messages have together at most
   * @param lines whether to leave out what ends a line: LF, and a CR at the end
   */
  Messages(int seed, int count, long maxBytes, boolean lines) {
    this.count = count;
    this.maxBytes = maxBytes;
    this.lines = lines;
    this.state = seed;
  }

  /** Bytes of all messages made so far. */
  long total() {
    return total;
  }

  byte[] next() {
    byte[] message = new byte[nextSize()];
    int i = 0;
    for (; i + 4 <= message.length; i += 4) {
      int word = random();
      message[i] = (byte) word;
      message[i + 1] = (byte) (word >>> 8);
      message[i + 2] = (byte) (word >>> 16);
      message[i + 3] = (byte) (word >>> 24);
    }
    for (; i < message.length; i++) {
      message[i] = (byte) random();
    }
    if (lines) {
      makeLine(message);
    }
    made++;
    total += message.length;
    return message;
  }

  private int nextSize() {
    boolean ahead = total * count > maxBytes * made;
    int exponent = Integer.remainderUnsigned(random(), (ahead ? SMALL_EXPONENT : MAX_EXPONENT) + 2);
    int size = 0;
    if (exponent == 1) {
      size = 1;
    } else if (exponent > 1) {
      // In (2^(exponent-2), 2^(exponent-1)].
      size = (1 << (exponent - 1)) - (random() & ((1 << (exponent - 2)) - 1));
    }
    return (int) Math.min(size, maxBytes - total);
  }

  private static void makeLine(byte[] message) {
    for (int i = 0; i < message.length; i++) {
      if (message[i] == '\n') {
        message[i] = '\t';
      }
    }
    int last = message.length - 1;
    if (last >= 0 && message[last] == '\r') {
      message[last] = '\t';
    }
  }

  /** Marsaglia's xorshift with 32 bits; the state is never 0. */
  private int random() {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state;
  }
}
