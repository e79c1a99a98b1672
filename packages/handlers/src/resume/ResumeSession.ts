import { EventEmitter } from 'node:events';
import { AttributeKey, type Channel, getLogger, IllegalStateException, type Untyped } from '@sluice/core';
import type { CloseKind } from '../close/CloseReason.js';
import { ResumeFailedException, type ResumeFailure, ResumeProtocolException } from './errors.js';
import { Receipt, ReplayBuffer, type ReplayLimits } from './ReplayBuffer.js';
import type { ResumeControl } from './ResumeCodec.js';
import { ResumeEvent, type ResumeEventType } from './ResumeEvent.js';

/** The events of a session. What a listener throws is logged. */
export interface ResumeSessionEvents<Message> {
  /** Something happened to the session. */
  session: [event: ResumeEvent<Message>];
  /** Less than a quarter of the buffer is in use, after more than half of it was. */
  writable: [];
}

/**
 * - `opening`: the server does not know of it yet; `send` may be used all the same;
 * - `online`: it has a connection;
 * - `offline`: it waits for another connection;
 * - `over`: it ended or failed.
 */
export type ResumeState = 'opening' | 'online' | 'offline' | 'over';

/** The connection of a session. */
export interface ResumeLink<Message> {
  readonly channel: Channel;
  sendData(seq: number, received: number, message: Message): void;
  sendControl(control: ResumeControl): void;
  flush(): void;
  fire(event: ResumeEvent<Message>): void;
  setWritable(writable: boolean): void;
  /** Closes the channel: another one took its place, or the session is over. */
  close(kind: CloseKind, cause: Error): void;
}

/** What a session needs of its limits. */
export interface SessionSettings<Message> extends ReplayLimits {
  readonly sizeOf: (message: Message) => number;
}

/** Above this the session asks to write no more; below the second it asks again. */
const HIGH_FILL = 0.5;
const LOW_FILL = 0.25;

/** The session of a channel, once it has begun; set on both sides. */
export const RESUME_SESSION: AttributeKey<ResumeSession<Untyped>> =
  AttributeKey.valueOf<ResumeSession<Untyped>>('sluice.resumeSession');

/**
 * A conversation that outlives its connections: each message sent arrives once and in order, or the session fails and
 * says which ones may not have arrived. This is what both sides have in common; see `ClientResumeSession` and
 * `ResumeStore`.
 */
export abstract class ResumeSession<Message = unknown> extends EventEmitter<ResumeSessionEvents<Message>> {
  readonly #settings: SessionSettings<Message>;
  #buffer: ReplayBuffer<Message>;
  /** The present connection; events of any other are of no interest. `#isOnline` once both sides agreed to go on. */
  #link: ResumeLink<Message> | null = null;
  #isOnline = false;
  /** The last message received; messages since the last acknowledgement. */
  #received = 0;
  #owed = 0;
  /** The next message to write to the present connection; the last one that was written to any. */
  #cursor = 1;
  #sent = 0;
  #isPumping = false;
  #isBlocked = false;
  #isEnding = false;
  #isEndSent = false;
  #isEndReceived = false;
  #isOver = false;
  #ended: Receipt | undefined;

  /** @internal */
  constructor(settings: SessionSettings<Message>) {
    super();
    this.#settings = settings;
    this.#buffer = new ReplayBuffer(settings);
  }

  /** Tells the session from all others. It is no secret. */
  abstract get id(): string;
  /** Its state. */
  get state(): ResumeState {
    if (this.#isOver) return 'over';
    return this.#isOnline ? 'online' : 'offline';
  }
  /** Its connection while it is online, else `null`. Ask for it each time, do not keep it. */
  get channel(): Channel | null {
    return this.#isOnline && this.#link !== null ? this.#link.channel : null;
  }
  /**
   * False from when more than half of the buffer is in use until less than a quarter is, and when the session ends. The
   * channel's `isWritable` heeds it.
   */
  get isWritable(): boolean {
    return !this.#isBlocked && !this.#isEnding && !this.#isOver;
  }
  /** Messages whose receipt the peer has not confirmed. */
  get unacknowledged(): number {
    return this.#buffer.count;
  }
  /** Messages received. */
  get received(): number {
    return this.#received;
  }

  /**
   * Sends a message, now or when there is a connection. Resolves when the peer's session has it (and has handed it to
   * the handlers behind). The message must not be changed before. Rejects with `ResumeBufferFullException` when the buffer
   * is full, with `IllegalStateException` when the session ends or is over: the message was not taken then; with
   * `ResumeFailedException` when the session fails first, an error that the `failed` event carries too.
   */
  send(message: Message): Promise<void> {
    const receipt = new Receipt();
    const error = this.write(message, receipt);
    if (error !== undefined) return Promise.reject(error);
    this.#link?.flush();
    return receipt.promise;
  }

  /** Resolves when the peer has all that was sent so far. Rejects with `ResumeFailedException` if the session fails first. */
  drain(): Promise<void> {
    return this.#buffer.drained();
  }

  /**
   * Ends the session in good order: takes no more messages, waits until both sides have received all that was sent, then
   * both forget it. Resolves then; the channel stays, it is the caller's to close. Without a connection it waits for
   * one, as ever. Rejects with `ResumeFailedException` if messages of this side were not confirmed at last.
   */
  end(): Promise<void> {
    if (this.#ended === undefined) {
      this.#ended = new Receipt();
      if (this.#isOver) this.#ended.resolve();
      else this.#endWhenDrained();
    }
    return this.#ended.promise;
  }

  /** Gives the session up: it fails with the reason `destroyed`. A connection it has is closed. */
  destroy(): void {
    const link = this.#link;
    this.fail('destroyed', undefined, true);
    link?.close('error', new IllegalStateException(`The session ${this.id} was destroyed`));
  }

  // ---- the connection --------------------------------------------------------------------------------------------

  /** @internal Whether `link` is the present connection. */
  isAttachedTo(link: ResumeLink<Message>): boolean {
    return this.#link === link;
  }

  /** @internal Whether it is, and messages may pass. */
  isOnlineBy(link: ResumeLink<Message>): boolean {
    return this.#isOnline && this.#link === link;
  }

  /** @internal A connection takes the place of the one before, which is closed if it still seems alive. */
  attach(link: ResumeLink<Message>): void {
    const previous = this.#link;
    // First, so that nothing the old one still says counts.
    this.#link = link;
    this.#isOnline = false;
    link.channel.attr(RESUME_SESSION).set(this);
    if (this.#isBlocked) link.setWritable(false);
    if (previous === null || previous === link) return;
    const text = `The session ${this.id} goes on over ${String(link.channel)}`;
    previous.close('kicked', new IllegalStateException(`${text}; ${String(previous.channel)} is closed`));
  }

  /** @internal The connection is gone; nothing happens if another one has taken its place. */
  detach(link: ResumeLink<Message>): void {
    if (this.#link !== link) return;
    const wasOnline = this.#isOnline;
    this.#link = null;
    this.#isOnline = false;
    if (wasOnline) this.#tell('offline', null);
    // Who heard of it may have ended the session.
    if (!this.#isOver && this.#link === null) this.wentOffline();
  }

  /** @internal Whether the peer's count fits what was sent and confirmed. */
  agrees(peerReceived: number): boolean {
    return (
      Number.isSafeInteger(peerReceived) &&
      peerReceived >= this.#buffer.first - 1 &&
      peerReceived <= this.#sent
    );
  }

  /** @internal Both sides agreed to go on; sends what the peer has not got. */
  establish(type: 'new' | 'resumed', peerReceived: number): void {
    const link = this.#link;
    if (link === null) return;
    this.#buffer.acknowledge(peerReceived);
    this.#cursor = peerReceived + 1;
    this.#owed = 0;
    this.#isEndSent = false;
    this.#isOnline = true;
    this.#settleWritability();
    this.#tell(type, link, this.#sent - peerReceived);
    this.#pump();
    this.#sendEnd();
    link.flush();
  }

  /** @internal There is no connection any more. */
  protected abstract wentOffline(): void;
  /** @internal The session has ended or failed. */
  protected abstract wentOver(): void;

  // ---- messages --------------------------------------------------------------------------------------------------

  /** @internal Takes a message; returns why not. Does not flush. */
  write(message: Message, receipt?: Receipt): Error | undefined {
    if (this.#isOver || this.#isEnding) {
      return new IllegalStateException(
        `The session ${this.id} ${this.#isOver ? 'is over' : 'ends'}; a message was written to it. Begin a new one.`,
      );
    }
    const error = this.#buffer.push(message, this.#settings.sizeOf(message), receipt);
    if (error !== undefined) return error;
    this.#settleWritability();
    this.#pump();
    return undefined;
  }

  /** One at a time and always the next: what a write leads to may write, or lose the connection. */
  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      while (this.#isOnline && this.#link !== null && this.#cursor < this.#buffer.next) {
        const seq = this.#cursor++;
        if (seq > this.#sent) this.#sent = seq;
        this.#owed = 0;
        this.#link.sendData(seq, this.#received, this.#buffer.at(seq));
      }
    } finally {
      this.#isPumping = false;
    }
  }

  /** @internal A message arrived. Returns whether it is new. Throws `ResumeProtocolException`. */
  accept(seq: number, peerReceived: number): boolean {
    this.acknowledged(peerReceived);
    if (seq !== this.#received + 1) {
      if (!(seq >= 1 && seq <= this.#received)) {
        throw new ResumeProtocolException(`Message ${seq} came after ${this.#received}: there is a gap`);
      }
      this.#owed++;
      return false;
    }
    if (this.#isEndReceived) throw new ResumeProtocolException(`Message ${seq} came after the end`);
    this.#received = seq;
    this.#owed++;
    return true;
  }

  /** @internal Messages that arrived and were not acknowledged. */
  get owed(): number {
    return this.#owed;
  }

  /** @internal Acknowledges all that arrived. */
  acknowledge(): void {
    if (!this.#isOnline || this.#owed === 0) return;
    this.#owed = 0;
    this.#link?.sendControl({ type: 'ack', received: this.#received });
  }

  /** @internal The peer has all messages up to `received`. Throws `ResumeProtocolException`. */
  acknowledged(received: number): void {
    if (!Number.isSafeInteger(received) || received < 0 || received > this.#sent) {
      throw new ResumeProtocolException(
        `The peer acknowledged message ${received}; the last one sent is ${this.#sent}`,
      );
    }
    if (received < this.#buffer.first) return;
    this.#buffer.acknowledge(received);
    this.#settleWritability();
    this.#sendEnd();
  }

  #settleWritability(): void {
    const { fill } = this.#buffer;
    if (this.#isBlocked ? fill >= LOW_FILL : fill <= HIGH_FILL) return;
    this.#isBlocked = !this.#isBlocked;
    this.#link?.setWritable(!this.#isBlocked);
    if (!this.#isBlocked) this.#emit('writable');
  }

  // ---- the end ---------------------------------------------------------------------------------------------------

  #endWhenDrained(): void {
    this.#isEnding = true;
    if (this.state === 'opening' && this.#link === null && this.#buffer.count === 0) this.#finish();
    else this.#sendEnd();
  }

  /** @internal The peer has sent all. Throws `ResumeProtocolException`. */
  endReceived(received: number): void {
    this.#isEndReceived = true;
    this.#isEnding = true;
    this.acknowledged(received);
    this.#sendEnd();
  }

  #sendEnd(): void {
    if (!this.#isEnding || !this.#isOnline || this.#buffer.count > 0 || this.#isOver) return;
    if (!this.#isEndSent) {
      this.#isEndSent = true;
      this.#owed = 0;
      this.#link?.sendControl({ type: 'end', received: this.#received });
      this.#link?.flush();
    }
    if (this.#isEndReceived) this.#finish();
  }

  #finish(): void {
    if (this.#isOver) return;
    const link = this.#becomeOver();
    this.#ended?.resolve();
    this.#tell('ended', link);
  }

  /**
   * @internal It cannot go on. A session that was ending and had nothing left to send has simply ended: its peer is done.
   * With `forGood`, or when it was ending, it is over; else a client begins a new one.
   */
  fail(reason: ResumeFailure, cause?: unknown, forGood = false): void {
    if (this.#isOver) return;
    if (this.#isEnding && this.#buffer.count === 0 && reason !== 'destroyed') {
      this.#finish();
      return;
    }
    const unsent = this.#buffer.next - 1 - this.#sent;
    const { messages: unacknowledged, receipts } = this.#buffer.takeAll();
    const error = new ResumeFailedException<Message>(
      `The session ${this.id} cannot go on (${reason}): ${unacknowledged.length} messages were not confirmed, ` +
        `${unsent} of them never sent. They are in 'unacknowledged'.`,
      { reason, unacknowledged, unsent, cause },
    );
    const isAnew = !forGood && !this.#isEnding && this.begunAnew();
    const link = isAnew ? this.#link : this.#becomeOver();
    if (isAnew) this.#reset();
    for (const receipt of receipts) receipt.reject(error);
    if (!isAnew) this.#ended?.reject(error);
    this.#tell('failed', link, 0, error);
  }

  /** @internal Begins a session anew after a failure, if this side does so. Returns whether it did. */
  protected abstract begunAnew(): boolean;

  #reset(): void {
    this.#buffer = new ReplayBuffer(this.#settings);
    this.#isOnline = false;
    this.#received = this.#owed = this.#sent = 0;
    this.#cursor = 1;
    this.#settleWritability();
  }

  #becomeOver(): ResumeLink<Message> | null {
    const link = this.#link;
    this.#isOver = true;
    this.#isOnline = false;
    this.#link = null;
    this.wentOver();
    return link;
  }

  // ---- telling ---------------------------------------------------------------------------------------------------

  #tell(
    type: ResumeEventType,
    link: ResumeLink<Message> | null,
    replayed = 0,
    error?: ResumeFailedException<Message>,
  ): void {
    const event = new ResumeEvent<Message>(type, this, replayed, error);
    this.#emit('session', event);
    this.told(event);
    link?.fire(event);
  }

  /** @internal For the store. */
  protected told(_event: ResumeEvent<Message>): void {}

  #emit<E extends keyof ResumeSessionEvents<Message>>(
    event: E,
    ...args: ResumeSessionEvents<Message>[E]
  ): void {
    try {
      (this.emit as (event: string, ...args: unknown[]) => boolean).call(this, event, ...args);
    } catch (error) {
      getLogger().warn({ err: error }, `A listener for '${event}' of a ResumeSession threw`);
    }
  }
}
