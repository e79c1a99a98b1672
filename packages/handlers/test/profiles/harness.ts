import { EmbeddedChannel } from '@sluice/core';
import { CLOSE_REASON, HeartbeatHandler, type Profile } from '@sluice/handlers';

type Side = 'client' | 'server';

/** Both sides of a profile, connected, each with a clock that stands at 0 and moves with the other. */
export class ProfilePair {
  readonly client: EmbeddedChannel;
  readonly server: EmbeddedChannel;
  /** What to do with a message on its way: false loses it. */
  deliver: (to: Side, message: unknown) => boolean = () => true;
  now = 0;
  readonly #step: number;

  constructor(profile: Profile, step: number) {
    this.#step = step;
    const side = (options: Profile['client']): EmbeddedChannel => {
      const channel = new EmbeddedChannel({ register: false, handlers: [] });
      channel.freezeTime();
      channel.pipeline.addLast(new HeartbeatHandler({ ...options, whileDebugging: true }), {
        channelRead: () => {
          throw new Error('a heartbeat reached a business handler');
        },
      });
      channel.register();
      return channel;
    };
    this.client = side(profile.client);
    this.server = side(profile.server);
  }

  elapse(ms: number): void {
    for (let rest = ms; rest > 0; rest -= this.#step) {
      const step = Math.min(rest, this.#step);
      this.client.elapse(step);
      this.server.elapse(step);
      this.now += step;
      this.#carry('server', this.client, this.server);
      this.#carry('client', this.server, this.client);
      this.#carry('server', this.client, this.server);
    }
  }

  #carry(to: Side, from: EmbeddedChannel, target: EmbeddedChannel): void {
    for (let message = from.readOutbound(); message !== null; message = from.readOutbound()) {
      if (target.isOpen && this.deliver(to, message)) target.writeInbound(message);
    }
  }

  /** When that side closed, in ms, within `limit`; `Infinity` if it did not. */
  closedAfter(side: Side, limit: number): number {
    const start = this.now;
    while (this[side].isOpen && this.now - start < limit) this.elapse(this.#step);
    return this[side].isOpen ? Infinity : this.now - start;
  }

  why(side: Side): string | undefined {
    return this[side].attr(CLOSE_REASON).get()?.kind;
  }

  close(): void {
    this.client.finishAndReleaseAll();
    this.server.finishAndReleaseAll();
  }
}
