/** First message of a connection: who calls. A server that links to the other one logs in with its own name. */
export interface Login {
  readonly kind: 'login';
  readonly user: string;
  readonly role: 'user' | 'server';
}

/** The answer to a login: the session is open. */
interface Welcome {
  readonly kind: 'welcome';
  readonly server: string;
}

/** Something said to everybody. */
export interface Chat {
  readonly kind: 'chat';
  readonly from: string;
  readonly text: string;
}

/** Something the server wants people to know. */
export interface Notice {
  readonly kind: 'notice';
  readonly text: string;
}

/** From server to server: who is online there, sent whole at each change. */
export interface Roster {
  readonly kind: 'roster';
  readonly users: readonly string[];
}

/** The sender is about to close, and why. */
export interface Bye {
  readonly kind: 'bye';
  readonly reason: string;
  /** Whether the receiver may try again, here or at the other server. */
  readonly comeBack: boolean;
}

/** Is anybody there? The answer carries the same number. */
export interface Ping {
  readonly kind: 'ping';
  readonly seq: number;
}

/** Yes. */
export interface Pong {
  readonly kind: 'pong';
  readonly seq: number;
}

export type Heartbeat = Ping | Pong;
/** What is left for the handlers behind the heartbeat. */
export type Talk = Login | Welcome | Chat | Notice | Roster | Bye;
export type ImMessage = Talk | Heartbeat;
