import type { Entry } from './EventLog.js';
import type { Timeline } from './Timeline.js';

/** Turns events into lines for people. Heartbeats of a while share one line. */
export class Narrator {
  readonly #timeline: Timeline;
  readonly #verbose: boolean;
  readonly #roundTrips = new Map<string, string>();

  constructor(timeline: Timeline, verbose: boolean) {
    this.#timeline = timeline;
    this.#verbose = verbose;
  }

  tell({ who, at, what }: Entry): void {
    const line = this.#timeline.line.bind(this.#timeline, at, who);
    switch (what.event) {
      case 'listening':
        return line(
          `listens for clients on port ${what.port}; people: nc 127.0.0.1 ${what.linePort}`,
          'good',
        );
      case 'joined':
        if (what.via === 'line' || this.#verbose) line(`${what.user} is here`, 'dim');
        return;
      case 'left':
        return line(`${what.user} has left: ${what.reason}`, 'dim');
      case 'link':
        if (what.up) return line(`is linked to ${what.peer}`, 'dim');
        return line(`lost its link to ${what.peer}: ${what.reason}`, 'bad');
      case 'online':
        return line(`is connected to ${what.server}`, 'good');
      case 'offline':
        return line(`lost ${what.server}: ${what.reason}`, 'bad');
      case 'waiting':
        return line(`tries again in ${Math.round(what.delay)} ms`, 'dim');
      case 'unreachable':
        return line(what.message, 'dim');
      case 'said':
        return line(`» ${what.text}`, 'chat');
      case 'heard':
        return line(`« ${what.from}: ${what.text}`, 'chat');
      case 'idle':
        if (this.#verbose) line(`nothing to read or write for ${what.after} ms`, 'dim');
        return;
      case 'rtt':
        this.#roundTrips.set(who, `${who}→${what.server} ${what.ms.toFixed(2)} ms`);
        return;
      case 'trace':
        return line(what.text, 'dim');
      case 'failed':
        // Whoever started the process tells.
        return;
    }
  }

  /** The round-trip times since the last call, if there were any heartbeats. */
  heartbeats(at: number): void {
    if (this.#roundTrips.size === 0) return;
    this.#timeline.line(at, '♥', [...this.#roundTrips.values()].join('   '), 'dim');
    this.#roundTrips.clear();
  }
}
