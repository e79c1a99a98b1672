import type { SocketAddress } from '@sluice/core';

/**
 * The server asks its clients to move: it drains, or another one has less to do. Whoever understands the protocol's
 * go-away message fires it through the whole pipeline, `ctx.channel.pipeline.fireUserEventTriggered(event)`, because the
 * `ReconnectHandler` that hears of it stands first. The `ReconnectingClient` then connects anew while the old connection
 * finishes its work; see `ReconnectingClient.relocate`.
 */
export class ReconnectAfterEvent {
  /** Milliseconds to wait before the new connection is made: the server spreads its clients by them. */
  readonly after: number;
  /** Where to go; `undefined`: the client chooses among its endpoints. */
  readonly endpoint: SocketAddress | undefined;

  /** Without arguments: at once, and wherever the client likes. */
  constructor(after = 0, endpoint?: SocketAddress) {
    this.after = after;
    this.endpoint = endpoint;
  }

  /** For logs. */
  toString(): string {
    return `ReconnectAfterEvent(${this.after} ms)`;
  }
}
