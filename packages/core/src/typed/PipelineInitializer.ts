import { types } from 'node:util';
import type { Channel } from '../channel/Channel.js';
import type { AnyChannelHandler } from '../pipeline/ChannelHandler.js';
import { ChannelInitializer } from '../pipeline/ChannelInitializer.js';
import type { Untyped } from '../pipeline/HandlerTypes.js';
import { invalidArgType } from '../util/errors.js';
import { TypedTail } from './TypedTail.js';

/** One place in a pipeline: a name, or `null` for a generated one, and what makes the handler for a channel. */
export interface PipelineStep {
  readonly name: string | null;
  readonly make: () => AnyChannelHandler;
}

/** Runs in the initializer, once the handlers of a channel are in their places. Synchronous, like `initChannel`. */
export type WhenBuilt<Up, Down, Names> = (tail: TypedTail<Up, Down, Names>) => undefined | void;

/**
 * What `pipeline()…build()` yields: an initializer that puts new handlers into each channel, at the place where it
 * stands itself, and that knows the types at their end. Give it to a bootstrap or to `pipeline.addLast`; one serves any
 * number of channels. A factory that throws or returns no handler fails that channel: it is closed.
 */
export class PipelineInitializer<
  out Up = unknown,
  in Down = never,
  out Names = unknown,
> extends ChannelInitializer {
  readonly #steps: readonly PipelineStep[];
  readonly #whenBuilt: WhenBuilt<Untyped, Untyped, Untyped> | undefined;

  /** @internal Made by `build()`. */
  constructor(steps: readonly PipelineStep[], whenBuilt?: WhenBuilt<Up, Down, Names>) {
    super();
    this.#steps = steps;
    this.#whenBuilt = whenBuilt;
  }

  override get isSharable(): true {
    return true;
  }

  /**
   * The typed end of a channel that this initializer has set up. The channel itself cannot be checked: with one of
   * another pipeline the types are wrong and `get` throws.
   */
  tail(channel: Channel): TypedTail<Up, Down, Names> {
    return new TypedTail(channel);
  }

  protected override initChannel(channel: Channel): undefined | void {
    for (const { name, make } of this.#steps) {
      const handler = make();
      if (types.isPromise(handler)) throw asyncFactory(name);
      channel.pipeline.addBefore(this, name, handler);
    }
    // A promise that gets past the compiler is returned, for the initializer to refuse.
    return this.#whenBuilt?.(this.tail(channel));
  }
}

function asyncFactory(name: string | null): TypeError {
  const which = name === null ? 'A handler factory' : `The factory of the handler '${name}'`;
  return invalidArgType(
    `${which} returned a promise: data may arrive before its handler is there. ` +
      'Do what needs waiting before the pipeline is built.',
  );
}
