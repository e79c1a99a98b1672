package sluice.conformance;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.logging.LogManager;
import sluice.conformance.codec.CodecSuite;
import sluice.conformance.pipeline.PipelineSuite;
import sluice.conformance.transport.IdleSuite;
import sluice.conformance.transport.WritabilitySuite;

/**
 * Runs programs against the Netty on the class path and prints what it did, one JSON object a line: a case,
 * or {@code {"dropped":INDEX,"why":"..."}} for a program without one. Arguments: suite, number of cases,
 * seed, and the index to begin with.
 */
public final class Recorder {
  private static final Map<String, Suite> SUITES = Map.of(
      "codec", CodecSuite::record,
      "pipeline", PipelineSuite::record,
      "writability", WritabilitySuite::record,
      "idle", IdleSuite::record);

  /** More programs than this for each wanted case mean that something is wrong with the suite. */
  private static final int PROGRAMS_PER_CASE = 3;

  private Recorder() {
  }

  public static void main(String[] args) {
    silenceNetty();
    String name = args[0];
    Suite suite = SUITES.get(name);
    int wanted = Integer.parseInt(args[1]);
    long seed = Long.parseLong(args[2]);
    int first = Integer.parseInt(args[3]);
    if (suite == null) {
      throw new IllegalArgumentException("no suite is called " + name + "; there are " + SUITES.keySet());
    }

    PrintStream out = new PrintStream(System.out, false, StandardCharsets.US_ASCII);
    Watchdog watchdog = new Watchdog(out);
    int cases = 0;
    for (int index = first; cases < wanted && index - first <= wanted * PROGRAMS_PER_CASE; index++) {
      watchdog.started(index);
      Map<String, Object> line;
      try {
        line = suite.record(index, seedOfProgram(name, index, seed));
        cases++;
      } catch (UnusableProgramException e) {
        line = dropped(index, e.getMessage());
      } catch (StackOverflowError e) {
        line = dropped(index, "endless recursion");
      } catch (Throwable e) {
        line = dropped(index, e.toString());
      }
      watchdog.finished();
      out.print(Json.write(line) + '\n');
      // A watchdog that ends the process must find nothing left in a buffer.
      out.flush();
    }
  }

  static Map<String, Object> dropped(int index, String why) {
    return Json.object("dropped", index, "why", why);
  }

  /** Programs of neighbouring seeds and suites have nothing in common. */
  private static long seedOfProgram(String suite, int index, long seed) {
    return seed * 1000003L + index * 7919L + suite.hashCode();
  }

  private static void silenceNetty() {
    LogManager.getLogManager().reset();
    InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
  }
}
