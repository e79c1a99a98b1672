package sluice.conformance.pipeline;

import java.util.Map;
import sluice.conformance.Json;
import sluice.conformance.UnusableProgramException;

/**
 * Scripted handlers in a pipeline that is read from, written to and edited, from outside and by the handlers.
 */
public final class PipelineSuite {
  private PipelineSuite() {
  }

  public static Map<String, Object> record(int index, long seed) throws UnusableProgramException {
    Map<String, Object> program = new ProgramGenerator(seed).generate();
    Map<String, Object> outcome = new PipelineRun(program).run();
    // Netty hands an overflow inside a handler to exceptionCaught. What comes of it depends on the size of
    // the stack.
    if (Json.write(outcome).contains("StackOverflowError")) {
      throw new UnusableProgramException("endless recursion");
    }
    return Json.object(
        "id", "pipeline-" + index,
        "kind", "pipeline",
        "args", Json.object(),
        "input", program,
        "expected", outcome);
  }
}
