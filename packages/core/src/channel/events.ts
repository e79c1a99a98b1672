/** User event: the peer ended its side and half-closure is allowed. Netty: ChannelInputShutdownEvent. */
export class ChannelInputShutdownEvent {
  /** The only instance. */
  static readonly INSTANCE: ChannelInputShutdownEvent = new ChannelInputShutdownEvent();
  private constructor() {}
}

/** User event: a read was asked for after the input had ended; fired once. Netty: ChannelInputShutdownReadComplete. */
export class ChannelInputShutdownReadComplete {
  /** The only instance. */
  static readonly INSTANCE: ChannelInputShutdownReadComplete = new ChannelInputShutdownReadComplete();
  private constructor() {}
}

/** User event: the output side was shut down. Netty: ChannelOutputShutdownEvent. */
export class ChannelOutputShutdownEvent {
  /** The only instance. */
  static readonly INSTANCE: ChannelOutputShutdownEvent = new ChannelOutputShutdownEvent();
  private constructor() {}
}
