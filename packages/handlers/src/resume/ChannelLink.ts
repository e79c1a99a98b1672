import { EncoderException } from '@sluice/codec';
import {
  type Channel,
  type ChannelFuture,
  type ChannelHandlerContext,
  UnsupportedMessageTypeException,
} from '@sluice/core';
import { type CloseKind, closeBecause } from '../close/CloseReason.js';
import type { ResumeCodec, ResumeControl } from './ResumeCodec.js';
import type { ResumeEvent } from './ResumeEvent.js';
import type { ResumeLink } from './ResumeSession.js';

/** The bit of `setUserDefinedWritability` that belongs to sessions. */
const WRITABILITY_BIT = 31;

/** Sends the frames of a session into one channel. */
export class ChannelLink<Message, Frame> implements ResumeLink<Message> {
  readonly #ctx: ChannelHandlerContext<Message, Frame>;
  readonly #codec: ResumeCodec<Message, Frame>;
  /** Told when a message cannot be sent by any connection. */
  readonly #unsendable: (cause: Error) => void;
  #needsFlush = false;
  #isClosing = false;

  constructor(
    ctx: ChannelHandlerContext<Message, Frame>,
    codec: ResumeCodec<Message, Frame>,
    unsendable: (cause: Error) => void,
  ) {
    this.#ctx = ctx;
    this.#codec = codec;
    this.#unsendable = unsendable;
  }

  get channel(): Channel {
    return this.#ctx.channel;
  }
  /** Whether nothing more is to be heard from this channel. */
  get isClosing(): boolean {
    return this.#isClosing;
  }

  sendData(seq: number, received: number, message: Message): void {
    let frame: Frame;
    try {
      frame = this.#codec.data(seq, received, message);
    } catch (error) {
      this.#unsendable(error as Error);
      return;
    }
    this.#write(frame);
  }

  sendControl(control: ResumeControl): void {
    this.#write(this.#codec.control(control));
  }

  #write(frame: Frame): void {
    this.#needsFlush = true;
    this.#ctx.write(frame).addListener(this.#written);
  }

  /** A frame that was not written leaves a gap: only another connection can fill it, if it can be sent at all. */
  readonly #written = (future: ChannelFuture): void => {
    if (future.isSuccess || this.#isClosing || !this.channel.isOpen) return;
    const cause = future.cause as Error;
    if (cause instanceof EncoderException || cause instanceof UnsupportedMessageTypeException) {
      this.#unsendable(cause);
    } else this.close('error', cause);
  };

  flush(): void {
    if (!this.#needsFlush) return;
    this.#needsFlush = false;
    this.#ctx.flush();
  }

  fire(event: ResumeEvent<Message>): void {
    this.#ctx.fireUserEventTriggered(event);
  }

  setWritable(writable: boolean): void {
    this.channel.outboundBuffer?.setUserDefinedWritability(WRITABILITY_BIT, writable);
  }

  close(kind: CloseKind, cause: Error): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    closeBecause(this.#ctx, kind, cause);
  }
}
