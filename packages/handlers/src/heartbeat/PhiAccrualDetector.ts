import { ConfigException } from '@sluice/core';
import type { FailureDetector } from './FailureDetector.js';

/** How a {@link PhiAccrualDetector} judges. Times in ms. */
export interface PhiAccrualOptions {
  /** How often the peer's heartbeats are expected, before there are any to learn from. */
  readonly expected: number;
  /** How sure the suspicion must be: 8 means that it is wrong once in 10^8 silences (default 8). */
  readonly threshold?: number;
  /** Silences that are remembered (default 200; Akka: 1000, which is 8 KiB for each channel). */
  readonly samples?: number;
  /** The least standard deviation that is assumed, or regular heartbeats would make it far too sure (default 100). */
  readonly minDeviation?: number;
  /** A pause of the peer that is no reason for suspicion, for garbage collection or the like (default 3000). */
  readonly pause?: number;
}

/** The logistic approximation of the normal distribution: F(y) = 1 / (1 + e^-(y (A + B y²))). */
const A = 1.5976;
const B = 0.070566;

/**
 * The phi accrual failure detector (Hayashibara 2004), by Akka's formula: from the mean and deviation of the silences
 * between heartbeats follows how unlikely the present silence is; `phi` is the negative decimal logarithm of that. For
 * `HeartbeatHandler`'s option `detector`: the peer is given up where `phi` reaches the threshold, which with the defaults is
 * `mean + pause + 5.2 * deviation` ms of silence. Best on the side whose peer sends heartbeats at a steady rate.
 */
export class PhiAccrualDetector implements FailureDetector {
  readonly #silences: number[];
  #next = 0;
  readonly #samples: number;
  #sum = 0;
  #squares = 0;
  readonly #minDeviation: number;
  readonly #pause: number;
  /** The threshold in standard deviations. */
  readonly #deviations: number;

  /** @throws ConfigException for times and counts that make no sense */
  constructor(options: PhiAccrualOptions) {
    const { expected, threshold = 8, samples = 200, minDeviation = 100, pause = 3000 } = options;
    for (const [name, value, least] of [
      ['expected', expected, 1],
      ['threshold', threshold, Number.MIN_VALUE],
      ['samples', samples, 2],
      ['minDeviation', minDeviation, Number.MIN_VALUE],
      ['pause', pause, 0],
    ] as const) {
      if (!(value >= least && value < Infinity))
        throw new ConfigException(`${name}: ${value} (expected: a number, at least ${least})`);
    }
    this.#samples = Math.floor(samples);
    this.#minDeviation = minDeviation;
    this.#pause = pause;
    this.#deviations = deviationsAt(threshold);
    this.#silences = [];
    // Akka's start: two silences around the expected one, so that the first guess is a lenient one.
    this.heartbeat(expected - expected / 4);
    this.heartbeat(expected + expected / 4);
  }

  /** The mean silence between heartbeats so far, in ms. */
  get mean(): number {
    return this.#sum / this.#silences.length;
  }

  /** The standard deviation of the silences, in ms, at least `minDeviation`. */
  get deviation(): number {
    const variance = this.#squares / this.#silences.length - this.mean ** 2;
    return Math.max(this.#minDeviation, Math.sqrt(Math.max(0, variance)));
  }

  /** The silence, in ms, at which `phi` reaches the threshold. */
  get limit(): number {
    return Math.max(1, this.mean + this.#pause + this.#deviations * this.deviation);
  }

  /** How suspicious a silence of so many ms is. */
  phi(silence: number): number {
    const y = (silence - this.mean - this.#pause) / this.deviation;
    const e = Math.exp(-y * (A + B * y * y));
    // For large e the quotient would be NaN.
    return y > 0 ? -Math.log10(e / (1 + e)) : -Math.log10(1 - 1 / (1 + e));
  }

  heartbeat(silence: number): void {
    const old = this.#silences.length < this.#samples ? 0 : (this.#silences[this.#next] as number);
    this.#silences[this.#next] = silence;
    this.#next = (this.#next + 1) % this.#samples;
    this.#sum += silence - old;
    this.#squares += silence * silence - old * old;
  }
}

/** Solves phi = threshold for y: B y³ + A y = ln(10^threshold - 1), by Cardano; the cubic has one real root. */
function deviationsAt(threshold: number): number {
  // log1p keeps thresholds apart at which 10^-threshold is lost beside 1.
  const logit = threshold * Math.LN10 + Math.log1p(-(10 ** -threshold));
  const q = logit / B / 2;
  const root = Math.sqrt(q * q + (A / B / 3) ** 3);
  return Math.cbrt(q + root) + Math.cbrt(q - root);
}
