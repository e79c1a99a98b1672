import type { Timing } from './timing.js';

/**
 * What the launcher and the processes it starts tell each other. Each process gets its settings as JSON in its first
 * argument, reports events, and takes orders, over Node's IPC channel.
 */

/** Where one server listens. */
export interface Endpoint {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

export interface ServerSettings {
  readonly name: string;
  readonly host: string;
  /** For framed clients; 0 takes a free one. */
  readonly port: number;
  /** For people with `nc`; 0 takes a free one. */
  readonly linePort: number;
  readonly timing: Timing;
  readonly verbose: boolean;
}

export interface ClientSettings {
  readonly user: string;
  /** Tried in this order. */
  readonly endpoints: readonly Endpoint[];
  readonly timing: Timing;
  readonly verbose: boolean;
}

export type ServerEvent =
  | { readonly event: 'listening'; readonly port: number; readonly linePort: number }
  | { readonly event: 'joined'; readonly user: string; readonly via: Via }
  | { readonly event: 'left'; readonly user: string; readonly reason: string }
  | { readonly event: 'link'; readonly peer: string; readonly up: boolean; readonly reason?: string };

export type ClientEvent =
  | { readonly event: 'online'; readonly server: string }
  | { readonly event: 'offline'; readonly server: string; readonly reason: string; readonly frozen: boolean }
  /** An attempt to connect failed. */
  | { readonly event: 'unreachable'; readonly message: string }
  /** The next attempt comes after `delay` ms. */
  | { readonly event: 'waiting'; readonly delay: number }
  | { readonly event: 'said'; readonly text: string }
  | { readonly event: 'heard'; readonly from: string; readonly text: string }
  | { readonly event: 'idle'; readonly after: number }
  | { readonly event: 'rtt'; readonly server: string; readonly ms: number };

/** Both kinds of process can fail for good, and be talkative. */
export type CommonEvent =
  | { readonly event: 'failed'; readonly message: string }
  | { readonly event: 'trace'; readonly text: string };

export type ChildEvent = ServerEvent | ClientEvent | CommonEvent;

/** An event and when it happened, on the clock that all processes share. */
export interface Report {
  readonly at: number;
  readonly what: ChildEvent;
}

/** How somebody is connected. */
export type Via = 'client' | 'line';

export type Order =
  /** To a server: keep a link to this one. */
  | { readonly order: 'link'; readonly peer: Endpoint }
  /** To a client. */
  | { readonly order: 'say'; readonly text: string }
  /** Say good-bye, close everything, end. */
  | { readonly order: 'stop' }
  /** The launcher has frozen this process: whoever survives the launcher thaws it. `null`: nobody is frozen. */
  | { readonly order: 'frozen'; readonly pid: number | null };
