/** Something that is fuzzed: takes any bytes, and knows what must be true of whatever it does with them. */
export interface Target {
  /** Pieces that mean something to it. */
  readonly dictionary: readonly (string | Uint8Array)[];
  /** Inputs to begin with. */
  readonly seeds: readonly Uint8Array[];
  /** Called before inputs are tried, if it is there; what it returns is called afterwards. */
  readonly prepare?: () => () => void;
  /**
   * Tries an input. What it returns tells apart inputs that made it behave differently: those of a new kind are kept.
   *
   * @throws Violation or anything else if something is not true that must be
   */
  run(input: Uint8Array): readonly string[];
}

/** What must be true is not. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/** Throws unless both are equal. */
export function mustEqual(what: string, found: readonly string[], expected: readonly string[]): void {
  const at = found.findIndex((item, i) => item !== expected[i]);
  if (at < 0 && found.length === expected.length) return;
  const place = at < 0 ? found.length : at;
  const shown = (items: readonly string[]): string => JSON.stringify(items[place]) ?? 'nothing';
  throw new Violation(`${what}: result ${place} is ${shown(found)}, expected was ${shown(expected)}`);
}
