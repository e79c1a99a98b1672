import type { AnyChannelHandler, ChannelHandlerContext } from '../../src/index.js';
import { within } from './within.js';

/** Writes down what reaches it, by short names, and lets a test wait for it. Events go no further. */
export class Recorder implements AnyChannelHandler {
  readonly events: string[] = [];
  readonly chunks: Buffer[] = [];
  readonly causes: Error[] = [];
  bytes = 0;
  #watchers: (() => void)[] = [];

  /** Notes something of the test's own among the events. */
  note(event: string): void {
    this.events.push(event);
    for (const look of [...this.#watchers]) look();
  }

  /** Waits until `event` was noted `times` times. */
  seen(event: string, times = 1): Promise<void> {
    return this.#until(
      () => this.events.filter((noted) => noted === event).length >= times,
      `${times} × ${event}`,
    );
  }
  /** Waits until `count` bytes were read. */
  received(count: number, ms?: number): Promise<void> {
    return this.#until(() => this.bytes >= count, `${count} bytes`, ms);
  }
  get text(): string {
    return Buffer.concat(this.chunks).toString('latin1');
  }

  #until(condition: () => boolean, what: string, ms?: number): Promise<void> {
    const done = new Promise<void>((resolve) => {
      const look = (): void => {
        if (!condition()) return;
        this.#watchers = this.#watchers.filter((other) => other !== look);
        resolve();
      };
      this.#watchers.push(look);
      look();
    });
    return within(what, done, ms).catch((error: Error) => {
      throw new Error(
        `${error.message}; ${this.bytes} bytes; the last events: ${this.events.slice(-12).join(', ')}`,
      );
    });
  }

  handlerAdded(): void {
    this.note('added');
  }
  handlerRemoved(): void {
    this.note('removed');
  }
  channelRegistered(): void {
    this.note('registered');
  }
  channelUnregistered(): void {
    this.note('unregistered');
  }
  channelActive(): void {
    this.note('active');
  }
  channelInactive(): void {
    this.note('inactive');
  }
  channelRead(_ctx: ChannelHandlerContext, message: Buffer): void {
    this.chunks.push(message);
    this.bytes += message.length;
    this.note('read');
  }
  channelReadComplete(): void {
    this.note('readComplete');
  }
  userEventTriggered(_ctx: ChannelHandlerContext, event: object): void {
    this.note(event.constructor.name);
  }
  channelWritabilityChanged(ctx: ChannelHandlerContext): void {
    this.note(ctx.channel.isWritable ? 'writable' : 'unwritable');
  }
  exceptionCaught(_ctx: ChannelHandlerContext, cause: Error): void {
    this.causes.push(cause);
    this.note(`exception ${(cause as { code?: string }).code ?? cause.message}`);
  }
}
