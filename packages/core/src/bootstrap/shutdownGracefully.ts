import type { Channel } from '../channel/Channel.js';
import { forceClose } from '../transport/closeGracefully.js';
import { AttributeKey } from '../util/AttributeMap.js';
import { IllegalStateException } from '../util/errors.js';

/** @internal The open channels that a server accepted. */
export const CHILDREN: AttributeKey<Set<Channel>> = AttributeKey.valueOf('sluice.server.children');

/**
 * User event fired through every child's pipeline when its server shuts down: finish, say goodbye. A handler that needs
 * time passes a promise to `waitUntil`; when all are settled, the channel is closed gracefully.
 */
export class ServerShutdownEvent {
  /** When channels are closed in any case, on the event loop's clock (ms). */
  readonly deadline: number;
  readonly #work: PromiseLike<unknown>[] = [];
  #over = false;

  /** Made by `shutdownGracefully`. */
  constructor(deadline: number) {
    this.deadline = deadline;
  }

  /**
   * Keeps the channel open until `work` is settled, at most until the deadline. May be called again as long as earlier
   * work is not settled. Throws `IllegalStateException` (`ERR_ILLEGAL_STATE`) when the channel is being closed already.
   */
  waitUntil(work: PromiseLike<unknown>): void {
    if (this.#over) {
      throw new IllegalStateException(
        'waitUntil() came too late: all work was done, and the channel is being closed. Call it while the event is ' +
          'handled, or before a promise that was given to it earlier is settled.',
      );
    }
    this.#work.push(work);
  }

  /** All that `waitUntil` was given so far. */
  get work(): readonly PromiseLike<unknown>[] {
    return this.#work;
  }

  /** @internal Resolves when there is no work left; what comes meanwhile counts. */
  async settled(): Promise<void> {
    for (let seen = 0; seen < this.#work.length; ) {
      seen = this.#work.length;
      await Promise.allSettled(this.#work);
    }
    this.#over = true;
  }
}

/** How a server shuts down. */
export interface ShutdownOptions {
  /** Milliseconds until what is still open is closed in any case. Default 10000. */
  readonly timeout?: number;
}

/** The channels a server accepted that are open. */
export function childrenOf(server: Channel): ReadonlySet<Channel> {
  return server.attr(CHILDREN).get() ?? new Set();
}

/**
 * Shuts a server down without cutting conversations off: stops accepting, fires {@link ServerShutdownEvent} through the
 * children, waits for what their handlers asked for, sends what is pending, closes. Resolves when everything is closed;
 * never rejects. Netty: EventLoopGroup.shutdownGracefully, which closes at once; compare ServerQuiescingHelper of SwiftNIO.
 */
export async function shutdownGracefully(server: Channel, options: ShutdownOptions = {}): Promise<void> {
  const timeout = options.timeout ?? 10_000;
  const deadline = server.eventLoop.now + timeout;
  const force = server.eventLoop.schedule(() => forceClose(server), timeout);
  // A handler that fails `close`, or keeps it to itself, must not keep the children from being told.
  server.close().addListener((closed) => closed.isSuccess || forceClose(server));
  await server.closeFuture;
  force.cancel();
  await Promise.all(Array.from(childrenOf(server), (child) => drain(child, deadline)));
}

async function drain(child: Channel, deadline: number): Promise<void> {
  const left = (): number => Math.max(0, deadline - child.eventLoop.now);
  const force = child.eventLoop.schedule(() => forceClose(child), left());
  child.closeFuture.addListener(() => force.cancel());
  const event = new ServerShutdownEvent(deadline);
  child.pipeline.fireUserEventTriggered(event);
  await Promise.race([event.settled(), child.closeFuture]);
  await child.closeGracefully({ timeout: left() });
}

/**
 * Shuts servers down on the given signals (default SIGINT and SIGTERM). A second signal ends the process as it would
 * without this. Returns a promise for the end of the shutdown; `stop` removes the handlers.
 */
export function shutdownOnSignals(
  servers: Iterable<Channel>,
  options: ShutdownOptions & { readonly signals?: readonly NodeJS.Signals[] } = {},
): {
  /** Resolves when the shutdown that a signal began is over. */
  readonly done: Promise<void>;
  /** Removes the signal handlers. */
  stop(): void;
} {
  const signals = options.signals ?? ['SIGINT', 'SIGTERM'];
  let finish: () => void = () => {};
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const stop = (): void => {
    for (const signal of signals) process.removeListener(signal, onSignal);
  };
  const onSignal = (): void => {
    stop();
    void Promise.all(Array.from(servers, (server) => shutdownGracefully(server, options))).then(() =>
      finish(),
    );
  };
  for (const signal of signals) process.on(signal, onSignal);
  return { done, stop };
}
