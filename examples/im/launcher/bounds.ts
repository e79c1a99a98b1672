import type { Timing } from '../timing.js';
import type { Limit } from './Verdicts.js';

/** What a busy machine may add to anything, in ms: schedulers, five processes on two cores, a test run beside it. */
const MARGIN = 700;
/** Longest that a connection over loopback and a login take by themselves, in ms. */
const CONNECT = 200;
/** Longest a Node process takes to start, in ms. */
const START = 10_000;
/** Timers for heartbeats run on a wheel and are up to this late, each, in ms. */
const TICK = 10;
/** Times of events are taken a little before or after what they time, in ms. */
const SLACK = 50;

/** Every bound of the scenario, derived from the times the service runs by. */
export interface Bounds {
  readonly start: Limit;
  readonly login: Limit;
  readonly chat: Limit;
  readonly idle: Limit;
  readonly heartbeat: Limit;
  readonly roundTrip: Limit;
  readonly noticeDeath: Limit;
  readonly failover: Limit;
  readonly relink: Limit;
  readonly restart: Limit;
  readonly noticeFreeze: Limit;
  readonly evict: Limit;
  readonly leave: Limit;
  readonly end: Limit;
}

export function boundsFor(timing: Timing): Bounds {
  const { heartbeat, missed, evictAfter, firstBackoff, maxBackoff } = timing;
  // What HeartbeatHandler allows: the last of the missed pings has had its interval.
  const silence = (missed + 1) * heartbeat;
  return {
    start: { within: START, because: 'a process starts and listens' },
    login: { within: START + CONNECT, because: 'a process starts, connects, logs in' },
    chat: { within: MARGIN, because: 'margin' },
    idle: { within: timing.idle + TICK + MARGIN, because: `idle ${timing.idle} + tick + margin` },
    heartbeat: { within: heartbeat + TICK + MARGIN, because: `heartbeat ${heartbeat} + tick + margin` },
    roundTrip: { within: MARGIN, because: 'margin' },
    noticeDeath: { within: MARGIN, because: 'the kernel tells at once; margin' },
    failover: {
      within: firstBackoff + CONNECT + MARGIN,
      because: `first back-off ${firstBackoff} + connect ${CONNECT} + margin`,
    },
    relink: {
      within: maxBackoff + CONNECT + MARGIN,
      because: `longest back-off ${maxBackoff} + connect ${CONNECT} + margin`,
    },
    restart: {
      within: START + maxBackoff + CONNECT,
      because: `a process starts, longest back-off ${maxBackoff}, connect`,
    },
    noticeFreeze: {
      atLeast: silence - heartbeat - TICK - SLACK,
      within: silence + TICK + MARGIN,
      because: `silent for ${silence}, last heard up to ${heartbeat} earlier, + margin`,
    },
    evict: {
      // The last ping came up to a heartbeat before the client froze.
      atLeast: evictAfter - heartbeat - TICK - SLACK,
      within: evictAfter + TICK + MARGIN,
      because: `silent for ${evictAfter}, last heard up to ${heartbeat} earlier, + margin`,
    },
    leave: { within: MARGIN, because: 'it reads that they hung up; margin' },
    end: { within: 2 * timing.drain + MARGIN, because: `good-byes ${timing.drain}, twice, + margin` },
  };
}
