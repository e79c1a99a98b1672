import type { Channel } from '@sluice/core';

/** One login of a user over one channel. */
export class Session<User = string> {
  /** Who. */
  readonly user: User;
  /** On which kind of device, if the login said. */
  readonly device: string | undefined;
  /** The connection. */
  readonly channel: Channel;
  /** When it began, on the event loop's clock (ms). */
  readonly since: number;

  /** Made by `SessionRegistry.login`. */
  constructor(user: User, device: string | undefined, channel: Channel) {
    this.user = user;
    this.device = device;
    this.channel = channel;
    this.since = channel.eventLoop.now;
  }

  /** For logs. */
  toString(): string {
    const device = this.device === undefined ? '' : ` on ${this.device}`;
    return `Session(${String(this.user)}${device}, ${String(this.channel)})`;
  }
}
