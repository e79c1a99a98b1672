import type { Random } from '../random.js';
import { WINDOW_NAMES, type WindowKind } from './windows.js';

/** One way for bytes to arrive. */
export interface Delivery {
  /** Where the pieces end; two equal ones have an empty piece between. The last is where the input ends. */
  readonly cuts: readonly number[];
  readonly window: WindowKind;
  readonly autoRead: boolean;
  /** What comes after the bytes. */
  readonly ending: 'close' | 'remove';
}

/** How many deliveries there are. */
export interface DeliveryLimits {
  /** Inputs up to this length are cut at every place; of longer ones the beginning, the end and samples. */
  readonly exhaustive: number;
  /** How many deliveries are drawn at random, of each kind. */
  readonly samples: number;
  readonly random: Random;
  readonly windows: readonly WindowKind[];
  /** Also with `autoRead` off. */
  readonly autoReadOff: boolean;
  /** Also with the decoder removed in the middle. */
  readonly removal: boolean;
}

/** In words, for a report. */
export function describeDelivery({ cuts, window, autoRead, ending }: Delivery, length: number): string {
  const sizes = cuts.map((end, i) => end - (cuts[i - 1] ?? 0));
  const shown = sizes.length > 12 ? [...sizes.slice(0, 12), '…'] : sizes;
  const all = cuts.at(-1) === length;
  return (
    `${all ? 'all' : `the first ${cuts.at(-1) ?? 0}`} of ${length} bytes, ` +
    `${sizes.length === 1 ? 'in one piece' : `in ${sizes.length} pieces (${shown.join(', ')} bytes)`}, ` +
    `as ${WINDOW_NAMES[window]}${autoRead ? '' : ', with autoRead off'}` +
    `${ending === 'remove' ? ', then the decoder is removed' : all ? '' : ', then the channel closes'}`
  );
}

/**
 * Ways to deliver `length` bytes, the simplest first. `boundaries` are the ends of the examples.
 */
export function* deliveries(
  length: number,
  boundaries: readonly number[],
  limits: DeliveryLimits,
): Generator<Delivery, void, undefined> {
  const { random, samples, windows } = limits;
  const off = limits.autoReadOff ? [true, false] : [true];
  const drip = dripCuts(length, limits);
  for (const cuts of [[length], boundaries, drip, withEmpty(drip)]) {
    for (const autoRead of off) {
      for (const window of windows) yield { cuts, window, autoRead, ending: 'close' };
    }
  }
  const turns = turning(windows, off);
  const places = placesOf(length, boundaries, limits);
  for (const cut of places) yield { cuts: [cut, length], ...turns(), ending: 'close' };
  for (let i = 0; i < samples; i++) {
    yield { cuts: randomCuts(length, random), ...turns(), ending: 'close' };
  }
  for (const cut of places) yield { cuts: [cut], ...turns(), ending: 'close' };
  if (!limits.removal) return;
  for (const cut of places) yield { cuts: [cut], ...turns(), ending: 'remove' };
}

/** One combination after the other, so that each comes up with many cuts. */
function turning(
  windows: readonly WindowKind[],
  off: readonly boolean[],
): () => Pick<Delivery, 'window' | 'autoRead'> {
  const all = windows.flatMap((window) => off.map((autoRead) => ({ window, autoRead })));
  let turn = 0;
  return () => all[turn++ % all.length] as Pick<Delivery, 'window' | 'autoRead'>;
}

/** Places to cut at, in order: all, or those near the ends and the boundaries and some drawn. */
function placesOf(
  length: number,
  boundaries: readonly number[],
  { exhaustive, samples, random }: DeliveryLimits,
): number[] {
  if (length <= exhaustive) return Array.from({ length: Math.max(0, length - 1) }, (_, i) => i + 1);
  const places = new Set<number>();
  const near = (middle: number, distance: number): void => {
    for (let at = middle - distance; at <= middle + distance; at++) {
      if (at > 0 && at < length) places.add(at);
    }
  };
  near(0, exhaustive >> 2);
  near(length, exhaustive >> 2);
  for (const boundary of boundaries.slice(0, samples)) near(boundary, 4);
  for (let i = 0; i < samples; i++) near(1 + random.below(length - 1), 0);
  return [...places].sort((a, b) => a - b);
}

/** Every byte by itself; of a long input only those at both ends. */
function dripCuts(length: number, { exhaustive, random }: DeliveryLimits): number[] {
  const cuts: number[] = [];
  for (let at = 0; at < length; ) {
    const atEnd = at < exhaustive || at >= length - exhaustive;
    at = atEnd ? at + 1 : Math.min(length - exhaustive, at + 1 + random.below(length >> 4));
    cuts.push(at);
  }
  return cuts;
}

function withEmpty(cuts: readonly number[]): number[] {
  return [0, ...cuts.flatMap((cut) => [cut, cut])];
}

/** Two to a dozen pieces, small and large, some of them empty. */
function randomCuts(length: number, random: Random): number[] {
  const largest = 1 + random.below(length);
  const cuts: number[] = [];
  for (let at = 0; at < length; ) {
    at = Math.min(length, at + random.below(largest + 1));
    cuts.push(at);
    if (cuts.length > 256) at = length;
  }
  if (cuts.at(-1) !== length) cuts.push(length);
  return cuts;
}
