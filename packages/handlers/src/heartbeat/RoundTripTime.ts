/** Weights of RFC 6298, section 2. */
const ALPHA = 1 / 8;
const BETA = 1 / 4;
const K = 4;

/** Smooths round-trip times, as TCP does (RFC 6298). Times in ms. */
export class RoundTripTime {
  /** The latest one. */
  latest: number | undefined;
  /** The mean: `SRTT`. */
  smoothed: number | undefined;
  /** How far they lie from the mean: `RTTVAR`. */
  jitter: number | undefined;

  /** Takes one that is known to belong to its ping (Karn). */
  sample(rtt: number): void {
    this.latest = rtt;
    if (this.smoothed === undefined || this.jitter === undefined) {
      this.smoothed = rtt;
      this.jitter = rtt / 2;
      return;
    }
    this.jitter += BETA * (Math.abs(this.smoothed - rtt) - this.jitter);
    this.smoothed += ALPHA * (rtt - this.smoothed);
  }

  /** How long an answer may take: `SRTT + 4 * RTTVAR` between `floor` and `most`; `most` while nothing is known. */
  patience(floor: number, most: number): number {
    if (this.smoothed === undefined || this.jitter === undefined) return most;
    return Math.min(most, Math.max(floor, this.smoothed + K * this.jitter));
  }
}
