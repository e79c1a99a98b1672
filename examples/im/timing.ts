/** Every time the service runs by, in ms. All processes of one run get the same. */
export interface Timing {
  /** A client that has written nothing for this long sends a ping. */
  readonly heartbeat: number;
  /** A client gives its server up after so many pings in a row without an answer. */
  readonly missed: number;
  /** A server closes a session it has heard nothing of for this long. */
  readonly evictAfter: number;
  /** Nothing read or written for this long is worth a word. */
  readonly idle: number;
  /** A connection that has not logged in after this long is closed. */
  readonly login: number;
  /** The wait before the first attempt to reconnect, and the longest. */
  readonly firstBackoff: number;
  readonly maxBackoff: number;
  readonly connectTimeout: number;
  /** What a server may take to say good-bye to everybody before it cuts them off. */
  readonly drain: number;
}

/** Times that people can follow. */
export const LIVE: Timing = {
  heartbeat: 2000,
  missed: 3,
  evictAfter: 8000,
  idle: 1000,
  login: 5000,
  firstBackoff: 200,
  maxBackoff: 3000,
  connectTimeout: 2000,
  drain: 1500,
};

/** The same service four times as fast, so that the scenario takes seconds. */
export const SCALED: Timing = {
  ...LIVE,
  heartbeat: 500,
  evictAfter: 2000,
  idle: 250,
  firstBackoff: 100,
  maxBackoff: 1000,
  connectTimeout: 1000,
};
