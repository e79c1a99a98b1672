import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

/** How often the delay is sampled, and how often it is told anew, in ms. */
const RESOLUTION = 20;
const PERIOD = 1000;

let histogram: IntervalHistogram | undefined;
let told = 0;
let lag = 0;

/**
 * How many ms this process's event loop was late at most in the last second or since the last call, whichever is longer:
 * something to put into heartbeats, so that a peer can tell slow from dead. The first call begins to measure and returns 0.
 * It does not keep the process alive, and costs one sample each 20 ms however many channels ask.
 */
export function eventLoopLag(): number {
  const now = performance.now();
  if (histogram === undefined) {
    histogram = monitorEventLoopDelay({ resolution: RESOLUTION });
    histogram.enable();
    told = now;
  } else if (now - told >= PERIOD) {
    lag = Math.max(0, histogram.max / 1e6 - RESOLUTION);
    histogram.reset();
    told = now;
  }
  return lag;
}
