package sluice.conformance;

import java.util.Map;

/** One kind of programs: makes the program of a seed, runs it against Netty, and gives the case. */
interface Suite {
  /**
   * @param index the number of the program, which is part of the case's id
   * @param seed the only source of chance: equal seeds make equal programs whatever the Netty version
   * @return the case, ready to be written as JSON
   * @throws UnusableProgramException if the program makes no useful case
   */
  Map<String, Object> record(int index, long seed) throws Exception;
}
