/** Columns of the table. `stream`: StreamChannel over sockets; `memory`: over a pair of streams in memory. */
export type Group = 'TCP' | 'Unix' | 'Local' | 'stream' | 'memory';

export interface Exemption {
  readonly feature: string;
  readonly groups: readonly Group[];
  readonly reason: string;
}

/**
 * What a transport cannot do or does otherwise, and why. The cases that need the feature are not run there; the suite
 * asserts what happens instead, and that each row is used.
 */
export const EXEMPTIONS = [
  {
    feature: 'bytes',
    groups: ['Local'],
    reason: 'it carries any object as it is, also in Netty',
  },
  {
    feature: 'batched flush',
    groups: ['Local'],
    reason: 'it has no system calls to save: a flush takes effect at once (ruling D10), as in Netty',
  },
  {
    feature: 'half-closure',
    groups: ['Local'],
    reason: 'it has no two directions, also in Netty (LocalChannel is no DuplexChannel)',
  },
  {
    feature: 'end in the input',
    groups: ['Local'],
    reason: 'the end comes beside the messages, also in Netty: it needs no read() to be seen',
  },
  {
    feature: 'large reads',
    groups: ['Local', 'memory'],
    reason: 'one message is one read with autoRead off; local channels: also in Netty',
  },
  {
    feature: 'reset',
    groups: ['Local'],
    reason: 'both ends are in one thread: neither crashes without the other',
  },
  {
    feature: 'failing write',
    groups: ['Local'],
    reason: 'handing an object over cannot fail',
  },
  {
    feature: 'connect and bind',
    groups: ['stream', 'memory'],
    reason: 'whoever made the stream has connected it',
  },
  {
    feature: 'connect timeout',
    groups: ['Unix'],
    reason: 'the system answers at once: EAGAIN when the queue of the listener is full',
  },
  {
    feature: 'local address of a client',
    groups: ['Unix', 'Local'],
    reason: 'Unix: Node offers none; Local: any free name will do',
  },
] as const satisfies readonly Exemption[];

export type Feature = (typeof EXEMPTIONS)[number]['feature'];
