import {
  ChannelDuplexHandler,
  type ChannelHandlerContext,
  type ChannelPromise,
  type Flow,
  type HandlerTypes,
  IllegalStateException,
  type ScheduledTask,
} from '@sluice/core';
import { ChannelLink } from './ChannelLink.js';
import { ResumeProtocolException } from './errors.js';
import type { ResumeControl, ResumeReceiver } from './ResumeCodec.js';
import type { ResumeSettings } from './ResumeOptions.js';
import type { ResumeLink, ResumeSession } from './ResumeSession.js';

/** How a session goes on over a channel. */
export interface Resumption<Message> {
  readonly session: ResumeSession<Message>;
  readonly type: 'new' | 'resumed';
  /** The last message that the peer has received. */
  readonly received: number;
}

/** One side's part of the handshake. */
export interface ResumeEnd<Message> {
  /** The channel is active. A client attaches its session and begins. */
  begin(link: ResumeLink<Message>): ResumeSession<Message> | undefined;
  /**
   * A frame of the handshake arrived; answers it. Returns how the session goes on, if it does. Throws
   * `ResumeProtocolException`.
   */
  shake(link: ResumeLink<Message>, control: ResumeControl): Resumption<Message> | undefined;
}

/**
 * A session's place in the pipeline of one channel: towards the transport there are frames, behind it the messages of the
 * application, each once and in order over all connections. `ClientResumeSession.handler()` and `ResumeStore.handler()`
 * make it, one for each channel. Put it behind the codec and the heartbeat, before the business handlers.
 *
 * A `write` is done as soon as the session has taken the message, which it keeps until the peer confirms it (`send` of
 * the session waits for that). It fails with `ResumeBufferFullException` when the buffer is full, with
 * `IllegalStateException` when there is no session. `ResumeEvent`s are user events. What breaks the protocol closes the
 * channel (`CLOSE_REASON` `'protocol'`, `ResumeProtocolException`); the session waits for another one.
 */
export class ResumeHandler<Message, Frame> extends ChannelDuplexHandler<
  Frame,
  Message,
  Message,
  Frame,
  HandlerTypes<Flow<Frame, Message>, Flow<Message, Frame>, Frame>
> {
  readonly #settings: ResumeSettings<Message, Frame>;
  readonly #end: ResumeEnd<Message>;
  readonly #receiver: ResumeReceiver<Message>;
  #ctx: ChannelHandlerContext<Message, Frame> | undefined;
  #link: ChannelLink<Message, Frame> | undefined;
  #session: ResumeSession<Message> | undefined;
  /** Until the session goes on: for its limit. Then for the next acknowledgement. */
  #timer: ScheduledTask | undefined;
  #shakes = 0;
  #wasOnline = false;

  /** @internal Made by the session or the store. */
  constructor(settings: ResumeSettings<Message, Frame>, end: ResumeEnd<Message>) {
    super();
    this.#settings = settings;
    this.#end = end;
    this.#receiver = {
      data: (seq, received, message) => this.#data(seq, received, message),
      control: (control) => this.#control(control),
    };
  }

  override handlerAdded(ctx: ChannelHandlerContext<Message, Frame>): unknown {
    this.#ctx = ctx;
    if (ctx.channel.isActive) this.#begin(ctx);
    return undefined;
  }

  override channelActive(ctx: ChannelHandlerContext<Message, Frame>): unknown {
    this.#begin(ctx);
    ctx.fireChannelActive();
    return undefined;
  }

  override channelInactive(ctx: ChannelHandlerContext<Message, Frame>): unknown {
    this.#leave();
    ctx.fireChannelInactive();
    return undefined;
  }

  override handlerRemoved(): unknown {
    this.#leave();
    return undefined;
  }

  override channelRead(_ctx: ChannelHandlerContext<Message, Frame>, frame: Frame): unknown {
    const link = this.#link;
    if (link === undefined || link.isClosing) return undefined;
    try {
      this.#settings.codec.read(frame, this.#receiver);
    } catch (error) {
      link.close('protocol', asProtocolException(error, String(link.channel)));
    }
    return undefined;
  }

  override channelReadComplete(ctx: ChannelHandlerContext<Message, Frame>): unknown {
    const session = this.#onlineSession();
    if (session !== undefined && session.owed > 0 && this.#timer === undefined) {
      this.#timer = ctx.eventLoop.scheduleCoarse(this.#ackIsDue, this.#settings.ackDelay);
    }
    this.#link?.flush();
    ctx.fireChannelReadComplete();
    return undefined;
  }

  override write(
    ctx: ChannelHandlerContext<Message, Frame>,
    message: Message,
    promise: ChannelPromise,
  ): unknown {
    const error =
      this.#session === undefined
        ? new IllegalStateException(
            `${String(ctx.channel)} has no session yet: wait for the ResumeEvent before writing`,
          )
        : this.#session.write(message);
    if (error === undefined) promise.trySuccess();
    else promise.tryFailure(error);
    return undefined;
  }

  #begin(ctx: ChannelHandlerContext<Message, Frame>): void {
    if (this.#link !== undefined) return;
    const link = new ChannelLink(ctx, this.#settings.codec, this.#unsendable);
    this.#link = link;
    this.#timer = ctx.eventLoop.scheduleCoarse(this.#handshakeTimedOut, this.#settings.handshakeTimeout);
    this.#session = this.#end.begin(link);
    link.flush();
  }

  #leave(): void {
    this.#timer?.cancel();
    if (this.#link !== undefined) this.#session?.detach(this.#link);
  }

  /** The session, while messages may pass; `undefined` also when another channel has taken it over. */
  #onlineSession(): ResumeSession<Message> | undefined {
    return this.#link !== undefined && this.#session?.isOnlineBy(this.#link) ? this.#session : undefined;
  }

  #data(seq: number, received: number, message: Message): void {
    const session = this.#onlineSession();
    if (session === undefined) {
      this.#checkNotEarly('a message');
      return;
    }
    if (session.accept(seq, received)) this.#ctx?.fireChannelRead(message);
    // Now, not before: an answer of the application may have carried it.
    if (session.owed >= this.#settings.ackEvery && session === this.#onlineSession()) session.acknowledge();
  }

  #control(control: ResumeControl): void {
    if (control.type !== 'ack' && control.type !== 'end') {
      this.#shake(control);
      return;
    }
    const session = this.#onlineSession();
    if (session === undefined) this.#checkNotEarly(`'${control.type}'`);
    else if (control.type === 'ack') session.acknowledged(control.received);
    else session.endReceived(control.received);
  }

  /** What comes after the session has left this channel is of no interest; before it is there, nothing may come. */
  #checkNotEarly(what: string): void {
    if (!this.#wasOnline) throw new ResumeProtocolException(`${what} came before the session was agreed on`);
  }

  /** A server may hear `open` twice, a client may hear `failed` before `opened`; nothing more. */
  #shake(control: ResumeControl): void {
    if (this.#wasOnline || ++this.#shakes > 2)
      throw new ResumeProtocolException(`'${control.type}' came once more`);
    const link = this.#link as ChannelLink<Message, Frame>;
    const resumption = this.#end.shake(link, control);
    if (resumption !== undefined) {
      this.#wasOnline = true;
      this.#timer?.cancel();
      this.#timer = undefined;
      // Known here before anybody is told: who hears of it writes.
      this.#session = resumption.session;
      resumption.session.establish(resumption.type, resumption.received);
    }
    link.flush();
  }

  readonly #ackIsDue = (): void => {
    this.#timer = undefined;
    this.#onlineSession()?.acknowledge();
    this.#link?.flush();
  };

  readonly #handshakeTimedOut = (): void => {
    const { handshakeTimeout: limit } = this.#settings;
    const text = `said for ${limit} ms nothing about a session; the channel is closed`;
    this.#link?.close('idle', new ResumeProtocolException(`${String(this.#link.channel)} ${text}`));
  };

  readonly #unsendable = (cause: Error): void => {
    this.#session?.fail('unsendable', cause);
    this.#link?.close('error', cause);
  };
}

function asProtocolException(error: unknown, channel: string): ResumeProtocolException {
  const { message } = error as Error;
  return new ResumeProtocolException(`${message}; ${channel} is closed`, { cause: error });
}
