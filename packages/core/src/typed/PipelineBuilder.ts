import type { ByteBuf } from '../buffer/ByteBuf.js';
import type { FramedMessage } from '../channel/FramedMessage.js';
import type { AnyChannelHandler, ChannelHandler } from '../pipeline/ChannelHandler.js';
import { simpleClassName } from '../pipeline/HandlerList.js';
import { invalidArgType, invalidArgValue } from '../util/errors.js';
import type { At, Fits, HandlerFits, MadeBy, NextDown, NextUp, SharableHandler } from './flows.js';
import type { DuplicateName } from './mismatches.js';
import { PipelineInitializer, type PipelineStep, type WhenBuilt } from './PipelineInitializer.js';

/** What a socket's channel reads. */
export type SocketReads = Buffer;
/** What a socket's channel takes: bytes in any of these shapes. */
export type SocketWrites = Uint8Array | ByteBuf | FramedMessage;

/** A name that is a literal type and not in use. */
type Fresh<Name, Names> = Name extends keyof Names ? DuplicateName<Name> : Name;
/** The names with one more; a name that is only known at run time cannot be looked up by type. */
type Named<Names, Name extends string, H> = string extends Name ? Names : Names & Record<Name, H>;

/**
 * Builds a pipeline from the transport to the application, and has the compiler check that each handler takes what the
 * one before emits and writes what the ones before take. `Up` is what the handlers so far hand to the next one, `Down`
 * what they take from it.
 *
 * A handler is given as a factory, because each channel and each reconnect attempt gets its own, or as itself if its
 * `isSharable` has the type `true`. A builder never changes: each call returns another one, so that several pipelines
 * may start alike.
 */
export interface PipelineBuilder<Up, Down, Names = unknown> {
  /**
   * Adds a handler behind those so far. Throws `TypeError` (`ERR_INVALID_ARG_TYPE`) for a class or a handler that is not
   * sharable, (`ERR_INVALID_ARG_VALUE`) for a name in use.
   */
  addLast<Source extends object>(
    source: Source & Fits<Up, Down, Source>,
  ): PipelineBuilder<NextUp<Up, MadeBy<Source>>, NextDown<Down, MadeBy<Source>>, Names>;
  /** The same with a name, by which `tail.get` finds the handler. */
  addLast<Name extends string, Source extends object>(
    name: Fresh<Name, Names>,
    source: Source & Fits<Up, Down, Source>,
  ): PipelineBuilder<
    NextUp<Up, MadeBy<Source>>,
    NextDown<Down, MadeBy<Source>>,
    Named<Names, Name, MadeBy<Source>>
  >;

  /** Adds a generic handler whose type argument comes from its place: `addLastAt((at) => new Batcher(at, 3))`. */
  addLastAt<H extends object>(
    make: (at: At<Up, Down>) => H & HandlerFits<Up, Down, H>,
  ): PipelineBuilder<NextUp<Up, H>, NextDown<Down, H>, Names>;
  /** The same with a name. */
  addLastAt<Name extends string, H extends object>(
    name: Fresh<Name, Names>,
    make: (at: At<Up, Down>) => H & HandlerFits<Up, Down, H>,
  ): PipelineBuilder<NextUp<Up, H>, NextDown<Down, H>, Named<Names, Name, H>>;

  /**
   * Adds a handler that has no message types, on the caller's word: behind it `NewUp` arrives and `NewDown` may be
   * written. Its name, too, is checked only at run time.
   */
  addUnchecked<NewUp, NewDown>(source: UncheckedSource): PipelineBuilder<NewUp, NewDown, Names>;
  /** The same with a name. */
  addUnchecked<NewUp, NewDown>(name: string, source: UncheckedSource): PipelineBuilder<NewUp, NewDown, Names>;

  /**
   * The initializer for a bootstrap. `whenBuilt` runs for each channel once its handlers are in their places; it is where
   * `tail.inbound()` is called, and like `initChannel` it must not be `async`.
   */
  build(whenBuilt?: WhenBuilt<Up, Down, Names>): PipelineInitializer<Up, Down, Names>;
}

/** What `addUnchecked` takes: any handler's factory, or a sharable handler. */
export type UncheckedSource = (() => ChannelHandler) | (ChannelHandler & SharableHandler);

/**
 * Starts a pipeline on a transport that hands over `Up` and takes `Down`; a socket, unless said otherwise:
 * `pipeline().addLast(() => new FrameCodec()).addLast('orders', () => new OrderService()).build()`.
 */
export function pipeline<Up = SocketReads, Down = SocketWrites>(): PipelineBuilder<Up, Down> {
  return new Builder([]) as unknown as PipelineBuilder<Up, Down>;
}

/** What a list of sources has to be for its handlers to fit: itself, with an error where one does not. */
export type FitInTurn<Sources, Up, Down, Checked extends readonly unknown[] = []> = Sources extends readonly [
  infer Source,
  ...infer Rest,
]
  ? FitInTurn<
      Rest,
      NextUp<Up, MadeBy<Source>>,
      NextDown<Down, MadeBy<Source>>,
      [...Checked, Source & Fits<Up, Down, Source>]
    >
  : Checked;
/** What arrives behind the last of a list of sources. */
export type LastUp<Sources, Up> = Sources extends readonly [infer Source, ...infer Rest]
  ? LastUp<Rest, NextUp<Up, MadeBy<Source>>>
  : Up;
/** What may be written from behind the last of a list of sources. */
export type LastDown<Sources, Down> = Sources extends readonly [infer Source, ...infer Rest]
  ? LastDown<Rest, NextDown<Down, MadeBy<Source>>>
  : Down;

/**
 * `pipeline().addLast(a).addLast(b)….build()` in one call, on a socket, without names:
 * `pipelineOf(() => new FrameCodec(), () => new OrderService())`. Throws as `addLast` does.
 */
export function pipelineOf<const Sources extends readonly object[]>(
  ...sources: Sources & FitInTurn<Sources, SocketReads, SocketWrites>
): PipelineInitializer<LastUp<Sources, SocketReads>, LastDown<Sources, SocketWrites>, unknown> {
  return new PipelineInitializer(sources.map((source) => step(null, source)));
}

/** The builder at run time, where the types have done their work: a list of steps. */
class Builder {
  readonly #steps: readonly PipelineStep[];

  constructor(steps: readonly PipelineStep[]) {
    this.#steps = steps;
  }

  addLast(...args: unknown[]): Builder {
    const added = args.length > 1 ? step(args[0], args[1]) : step(null, args[0]);
    if (added.name !== null && this.#steps.some(({ name }) => name === added.name)) {
      throw invalidArgValue(`Duplicate handler name: ${added.name}`);
    }
    return new Builder([...this.#steps, added]);
  }

  /** `at` carries types only. */
  addLastAt(...args: unknown[]): Builder {
    return this.addLast(...args);
  }

  addUnchecked(...args: unknown[]): Builder {
    return this.addLast(...args);
  }

  build(whenBuilt?: WhenBuilt<unknown, unknown, unknown>): PipelineInitializer<unknown, unknown, unknown> {
    return new PipelineInitializer(this.#steps, whenBuilt);
  }
}

function step(name: unknown, source: unknown): PipelineStep {
  if (name !== null && typeof name !== 'string') {
    throw invalidArgType(`The name of a handler is a string, not ${String(name)}`);
  }
  if (typeof source === 'function') {
    if (isClass(source)) {
      throw invalidArgType(
        `A typed pipeline takes factories: pass () => new ${source.name}(), not the class`,
      );
    }
    return { name, make: () => source(AT) as AnyChannelHandler };
  }
  if (typeof source !== 'object' || source === null) {
    throw invalidArgType(`A typed pipeline takes handler factories, not ${String(source)}`);
  }
  if ((source as ChannelHandler).isSharable !== true) {
    const type = simpleClassName(source);
    throw invalidArgType(
      `${type} is not sharable, so each channel needs its own: pass () => new ${type}(), or set isSharable if it ` +
        'keeps no state of a channel.',
    );
  }
  return { name, make: () => source as AnyChannelHandler };
}

const AT: At<never> = Object.freeze({});

function isClass(source: object): boolean {
  return Object.getOwnPropertyDescriptor(source, 'prototype')?.writable === false;
}
