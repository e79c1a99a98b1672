import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Channel } from '../../channel/Channel.js';
import type { ChannelPromise } from '../../channel/ChannelFuture.js';
import { ChannelOption } from '../../channel/ChannelOption.js';
import { UnsupportedOperationException } from '../../channel/errors.js';
import type { OutboundBuffer } from '../../channel/OutboundBuffer.js';
import type { SocketAddress } from '../../channel/SocketAddress.js';
import { invalidArgType, invalidArgValue } from '../../util/errors.js';
import { ByteStreamChannel } from '../ByteStreamChannel.js';
import { addressOf } from '../tcp/address.js';
import { SocketOptions } from '../tcp/SocketOptions.js';
import { ReferenceWriter } from './ReferenceWriter.js';

/** Chunks that a stream in memory may deliver until I/O and timers get a turn. */
const MAX_CHUNKS_PER_TURN = 256;

/** How a {@link StreamChannel} is made. */
export interface StreamChannelOptions {
  /** The channel that accepted this one. */
  readonly parent?: Channel;
  /** For logs and filters. Default: the socket's, if the stream is one. */
  readonly localAddress?: SocketAddress;
  /** For logs and filters. Default: the socket's, if the stream is one. */
  readonly remoteAddress?: SocketAddress;
}

/**
 * Any Node `Duplex` as a channel: a TLS socket, a serial port, the stdio of a child process, the socket of an HTTP
 * upgrade, a pair of streams in memory. Register it to begin:
 *
 *     const channel = new StreamChannel(duplex);
 *     channel.pipeline.addLast(…);
 *     await channel.register();
 *
 * The channel owns the stream from then on: do not read, write or end it elsewhere, and leave its encoding unset. The
 * stream must emit `'close'` when it is destroyed, as all do unless made with `emitClose: false`.
 *
 * One chunk of the stream is one `channelRead` and one `channelReadComplete`. A write is done when the stream says so;
 * what the stream's own reader does with it is out of sight. Streams of objects carry messages of any type, others
 * Buffer, Uint8Array, ByteBuf and FramedMessage: the rest fails with `UnsupportedMessageTypeException`
 * (`ERR_UNSUPPORTED_MESSAGE_TYPE`). An error of the stream goes to `exceptionCaught`, then the channel closes.
 * Netty has none; compare OioByteStreamChannel.
 */
export class StreamChannel extends ByteStreamChannel {
  readonly #duplex: Duplex;
  #local: SocketAddress | null;
  #remote: SocketAddress | null;
  #socketOptions: SocketOptions | undefined;
  /** In a call to the pipeline or to the stream's `write`. */
  #busy = false;
  /** A chunk that came meanwhile is back in the stream. */
  #putBack = false;
  /** Chunks that came in this turn of the event loop. */
  #chunks = 0;
  #turn = 0;

  /**
   * Throws `TypeError`: `ERR_INVALID_ARG_TYPE` if `duplex` is none, `ERR_INVALID_ARG_VALUE` if it has an encoding.
   */
  constructor(duplex: Duplex, options: StreamChannelOptions = {}) {
    super(options.parent ?? null);
    check(duplex);
    this.#duplex = duplex;
    this.#local = options.localAddress ?? null;
    this.#remote = options.remoteAddress ?? null;
    // Whether the output ends with the input is decided by ALLOW_HALF_CLOSURE, not by the stream.
    duplex.allowHalfOpen = true;
    duplex.pause();
    if (duplex instanceof Socket) this.attach(duplex, true);
    else this.attach(duplex, true, new ReferenceWriter(duplex, () => this.flushBatch()));
    // The stream will not say it again.
    if (duplex.readableEnded) this.inputEnded();
    if (duplex.closed) this.streamClosed();
    else if (duplex.destroyed) this.doCloseOperation(this.newPromise());
    else if (duplex instanceof Socket && duplex.connecting) duplex.once('connect', () => this.#connected());
    else this.#begin();
  }

  /** The stream. Meant for what Sluice does not offer; do not read, write or end it. */
  get duplex(): Duplex {
    return this.#duplex;
  }
  get localAddress(): SocketAddress | null {
    return this.#local;
  }
  get remoteAddress(): SocketAddress | null {
    return this.#remote;
  }
  /** Streams of objects take messages one by one. */
  override get acceptsFramed(): boolean {
    return !this.#duplex.writableObjectMode;
  }

  /** Addresses are read now: a closed socket has none. */
  #begin(): void {
    const socket = this.#duplex;
    if (socket instanceof Socket) {
      this.#local ??= addressOf(socket.localAddress, socket.localPort, socket.localFamily);
      this.#remote ??= addressOf(socket.remoteAddress, socket.remotePort, socket.remoteFamily);
    }
    this.activate();
  }

  /** The socket was still connecting when it came here. */
  #connected(): void {
    if (!this.isOpen) return;
    this.#begin();
    if (this.isRegistered) this.pipeline.fireChannelActive();
  }

  /** For sockets as TCP's, except `SO_LINGER`. */
  override applyOption(option: ChannelOption<unknown>, value: unknown): boolean {
    if (!(this.#duplex instanceof Socket) || option === ChannelOption.SO_LINGER) return false;
    this.#socketOptions ??= new SocketOptions();
    return this.#socketOptions.set(option, value, this.#duplex);
  }

  protected override doBind(_localAddress: SocketAddress, _promise: ChannelPromise): never {
    throw new UnsupportedOperationException(`A StreamChannel cannot be bound: ${String(this)}`);
  }
  protected override doConnect(
    _remote: SocketAddress,
    _local: SocketAddress | null,
    _promise: ChannelPromise,
  ): never {
    throw new UnsupportedOperationException(
      `A StreamChannel is connected by whoever made its stream: ${String(this)}. Register it to begin.`,
    );
  }

  // ---- streams in memory -----------------------------------------------------------------------------------------
  // They may deliver within `write`, ours or that of a handler: such a chunk goes back and comes again later, so that
  // handlers are not entered twice and two that answer each other do not use the stack up.

  /** @internal */
  override received(chunk: Uint8Array): boolean {
    const late = this.#takesTooLong();
    if (this.#busy || late) {
      this.#putBack = true;
      this.#duplex.pause();
      this.#duplex.unshift(chunk);
      if (late) setImmediate(this.#goOn);
      return true;
    }
    this.#busy = true;
    try {
      return super.received(chunk);
    } finally {
      this.#idle();
    }
  }

  protected override doWrite(buffer: OutboundBuffer): void {
    if (this.#busy) {
      super.doWrite(buffer);
      return;
    }
    this.#busy = true;
    try {
      super.doWrite(buffer);
    } finally {
      this.#idle();
    }
  }

  /** Two streams in memory that answer each other would never end a turn; sockets are at the mercy of the system. */
  #takesTooLong(): boolean {
    if (this.#duplex instanceof Socket) return false;
    if (!turnEnds) {
      turnEnds = true;
      setImmediate(endTurn);
    }
    if (this.#turn !== turn) {
      this.#turn = turn;
      this.#chunks = 0;
    }
    return ++this.#chunks > MAX_CHUNKS_PER_TURN;
  }

  #idle(): void {
    this.#busy = false;
    this.#goOn();
  }

  readonly #goOn = (): void => {
    if (!this.#putBack || this.#busy) return;
    this.#putBack = false;
    if (this.isReading) this.#duplex.resume();
  };

  protected override filterOutboundMessage(message: unknown): unknown {
    return this.#duplex.writableObjectMode ? message : super.filterOutboundMessage(message);
  }
}

/** Which turn of the event loop this is; counted only while streams in memory deliver. */
let turn = 0;
let turnEnds = false;

function endTurn(): void {
  turn++;
  turnEnds = false;
}

function check(duplex: Duplex): void {
  const given: Partial<Duplex> | null | undefined = duplex;
  const lacks = (['on', 'write', 'pause', 'resume', 'destroy'] as const).filter(
    (method) => typeof given?.[method] !== 'function',
  );
  if (lacks.length > 0) {
    throw invalidArgType(
      `A StreamChannel needs a Duplex of node:stream; this has no ${lacks.join(', ')}(). ` +
        'Two one-way streams become one by Duplex.from({ readable, writable }).',
    );
  }
  if (duplex.readableEncoding !== null) {
    throw invalidArgValue(
      `The stream of a StreamChannel must deliver bytes, but its encoding is '${duplex.readableEncoding}'. ` +
        'Leave setEncoding() out and add a StringDecoder to the pipeline.',
    );
  }
}
