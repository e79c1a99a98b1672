package sluice.conformance.pipeline;

/** The exception of the scripts. Cases hold its name. */
public class Boom extends RuntimeException {
  private static final long serialVersionUID = 1;

  public Boom(String message) {
    super(message, null, false, false);
  }
}
