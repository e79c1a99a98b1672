import type { Entry } from './EventLog.js';
import type { Timeline } from './Timeline.js';

/** How long something may take, in ms. */
export interface Limit {
  readonly atLeast?: number;
  readonly within: number;
  /** Where the numbers come from. */
  readonly because: string;
}

/** A limit that counts from a moment on the shared clock. */
export interface Bound extends Limit {
  readonly since: number;
}

interface Row {
  readonly at: string;
  readonly what: string;
  readonly took: string;
  readonly bound: string;
  readonly verdict: string;
  readonly because: string;
}

const HEADS: Row = {
  at: 'at (s)',
  what: 'what',
  took: 'took (ms)',
  bound: 'bound',
  verdict: 'verdict',
  because: 'because',
};
const NUMERIC: ReadonlySet<keyof Row> = new Set(['at', 'took', 'bound']);

/** What has to happen and when, and whether it did. */
export class Verdicts {
  readonly #timeline: Timeline;
  readonly #rows: Row[] = [];

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  get count(): number {
    return this.#rows.length;
  }
  get missed(): number {
    return this.#rows.filter(({ verdict }) => verdict === 'MISSED').length;
  }

  /** Waits for all `events`; the slowest and the fastest have to keep the bound. One that is `undefined` never came. */
  async expect(
    what: string,
    bound: Bound,
    events: readonly Promise<Entry | undefined>[],
  ): Promise<readonly (Entry | undefined)[]> {
    const entries = await Promise.all(events);
    this.judge(
      what,
      bound,
      entries.map((entry) => entry?.at),
    );
    return entries;
  }

  /** The verdict on things that happened at these times; `undefined`: it never happened. */
  judge(what: string, bound: Bound, times: readonly (number | undefined)[]): void {
    const took = times.map((time) => (time === undefined ? undefined : time - bound.since));
    this.#add(what, bound, took, bound.since + Math.max(...took.map((ms) => ms ?? Number.NaN)));
  }

  /** The verdict on times that were measured, in ms. */
  measure(what: string, limit: Limit, took: readonly (number | undefined)[]): void {
    this.#add(what, limit, took, Number.NaN);
  }

  #add(
    what: string,
    { atLeast, within, because }: Limit,
    took: readonly (number | undefined)[],
    at: number,
  ): void {
    const times = took.filter((ms) => ms !== undefined);
    const first = Math.min(...times);
    const last = Math.max(...times);
    const complete = times.length === took.length;
    const ok = complete && last <= within && first >= (atLeast ?? 0);
    this.#rows.push({
      at: Number.isNaN(at) ? '' : ((at - this.#timeline.start) / 1000).toFixed(3),
      what,
      took: complete ? span(first, last) : 'never',
      bound: atLeast === undefined ? `≤ ${within}` : `${atLeast}–${within}`,
      verdict: ok ? 'ok' : 'MISSED',
      because,
    });
    if (!ok) this.#timeline.text(this.#timeline.paint(`MISSED: ${what}`, 'bad'));
  }

  print(): void {
    const rows = [HEADS, ...this.#rows];
    const keys = Object.keys(HEADS) as (keyof Row)[];
    const widths = new Map(keys.map((key) => [key, Math.max(...rows.map((row) => row[key].length))]));
    this.#timeline.text('');
    for (const row of rows) {
      const tone = row === HEADS ? 'title' : row.verdict === 'ok' ? 'plain' : 'bad';
      const cells = keys.map((key) => pad(row[key], widths.get(key) ?? 0, NUMERIC.has(key)));
      this.#timeline.text(this.#timeline.paint(cells.join('  ').trimEnd(), tone));
    }
  }
}

/** The fastest and the slowest; times below 10 ms with two decimals. */
function span(first: number, last: number): string {
  const [from, to] = [first, last].map((ms) => (ms < 10 ? ms.toFixed(2) : ms.toFixed(0)));
  return from === to ? `${to}` : `${from}–${to}`;
}

function pad(text: string, width: number, right: boolean): string {
  return right ? text.padStart(width) : text.padEnd(width);
}
