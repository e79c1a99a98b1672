import type { SocketAddress } from '@sluice/core';
import type { CloseStatistics } from '../close/CloseStatistics.js';
import type { SweptChannels } from '../evict/ChannelSweep.js';
import type { ReconnectingClient } from '../reconnect/ReconnectingClient.js';

/** A command of the administration. */
export interface AdminCommand {
  /** One line for `help`. */
  readonly help: string;
  /** What was typed behind the command's name, in words. Gives the lines of the answer. */
  run(words: readonly string[]): string | readonly string[] | Promise<string | readonly string[]>;
}

/** What an {@link AdminHandler} shows and does. */
export interface AdminOptions {
  /** The connections to show, best a `ChannelRegistry`, whose keys `info` and `close` take. */
  readonly channels?: SweptChannels;
  /** Why connections ended. */
  readonly closed?: CloseStatistics;
  /** Clients to show, by name. */
  readonly clients?: Readonly<Record<string, Pick<ReconnectingClient, 'info'>>>;
  /** Further lines of `info`: name and value. */
  readonly info?: () => Readonly<Record<string, unknown>>;
  /** Further commands by name, or others in place of those that are there. */
  readonly commands?: Readonly<Record<string, AdminCommand>>;
  /** Commands that are refused. */
  readonly disabled?: readonly string[];
  /**
   * Who may use it. Default: connections from this machine, as the system tells their address; behind a proxy on the same
   * machine that is everybody.
   */
  readonly allow?: (peer: SocketAddress | null) => boolean;
}
