import type { Channel } from '@sluice/core';
import type { Farewell } from '../protocol/farewell.js';
import type { Chat, Login, Notice } from '../protocol/messages.js';
import type { Timing } from '../timing.js';

/** Whoever calls a server, a client or the other server, and what it wants to know of its connections. */
export interface Caller {
  readonly login: Login;
  readonly timing: Timing;
  readonly trace: ((text: string) => void) | undefined;
  /** The server has opened a session on this channel. */
  welcomed(server: string, channel: Channel): void;
  /** The server says good-bye; it will close the channel. */
  dismissed(comeBack: boolean): void;
  /** The channel is gone. */
  ended(farewell: Farewell): void;
  heard?(message: Chat | Notice): void;
  /** A ping was answered after `rtt` ms. */
  ponged?(rtt: number): void;
  /** Nothing has been read or written for a while; told once for each silence. */
  idle?(): void;
}
