package sluice.conformance;

/** The program ends, but its recording would be of no use; it is dropped. */
public final class UnusableProgramException extends Exception {
  private static final long serialVersionUID = 1;

  public UnusableProgramException(String why) {
    super(why);
  }
}
