import type { CommonEvent, ServerEvent } from '../ipc.js';
import type { Timing } from '../timing.js';
import type { Room } from './Room.js';

/** What every connection of a server shares. */
export interface ServerContext {
  readonly name: string;
  readonly timing: Timing;
  readonly room: Room;
  readonly report: (what: ServerEvent | CommonEvent) => void;
  /** Told each protocol message with `--verbose`. */
  readonly trace: ((text: string) => void) | undefined;
  /** Lines for `:info`. */
  readonly describe: () => string[];
}
