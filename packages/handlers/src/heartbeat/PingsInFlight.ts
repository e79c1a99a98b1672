/** Pings kept at most; more than any sensible number without an answer. */
const MOST = 16;

/** When the pings were sent that wait for their pongs, to tell the round-trip time. */
export class PingsInFlight {
  readonly #nonces: number[] = [];
  readonly #times: number[] = [];

  /** A ping was sent at `time`. The oldest is forgotten when there are too many. */
  sent(nonce: number, time: number): void {
    if (this.#nonces.length === MOST) this.#drop(1);
    this.#nonces.push(nonce);
    this.#times.push(time);
  }

  /**
   * A pong arrived: when its ping was sent, or `undefined` if that is not known. Pongs come in the order of the pings, so
   * those before are forgotten. A pong without a nonce is only taken for an answer when one single ping waits (Karn).
   */
  answered(nonce: number | undefined): number | undefined {
    if (nonce === undefined) {
      const time = this.#nonces.length === 1 ? this.#times[0] : undefined;
      this.#drop(this.#nonces.length);
      return time;
    }
    const i = this.#nonces.indexOf(nonce);
    if (i < 0) return undefined;
    const time = this.#times[i];
    this.#drop(i + 1);
    return time;
  }

  #drop(count: number): void {
    this.#nonces.splice(0, count);
    this.#times.splice(0, count);
  }
}
