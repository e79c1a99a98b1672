import type { IntervalPolicy } from './IntervalPolicy.js';

/** Tells the policy that chooses the interval how the interval under test does. */
export class IntervalTest {
  readonly #policy: IntervalPolicy;
  /** The interval that the ping without an answer puts to the test; 0: none. */
  #tested = 0;

  constructor(policy: IntervalPolicy) {
    this.#policy = policy;
  }

  /** Whether the policy wants another interval than the one in use. */
  wantsOther(interval: number): boolean {
    return this.#policy.interval !== interval;
  }

  connected(): void {
    this.#policy.connected?.();
  }

  /** A ping goes out after `interval` ms without traffic; 0: after less, so that its answer says nothing. */
  begin(interval: number): void {
    this.#tested = interval;
  }

  /** The answer came, or the connection was lost while it was waited for. */
  end(isAnswered: boolean): void {
    const tested = this.#tested;
    this.#tested = 0;
    if (tested === 0) return;
    if (isAnswered) this.#policy.succeeded(tested);
    else this.#policy.failed(tested);
  }

  /** The connection ends for another reason. */
  forget(): void {
    this.#tested = 0;
  }
}
