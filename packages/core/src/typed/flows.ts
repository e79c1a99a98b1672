import type { InboundOf, IsUntyped, OutboundOf, WriteOf } from '../pipeline/HandlerTypes.js';
import type {
  AsyncFactory,
  InboundMismatch,
  InboundUnreachable,
  NotAFactory,
  OutboundMismatch,
  PreviousHandlerAccepts,
  PreviousHandlerEmits,
  ThisHandlerAccepts,
  ThisHandlerWrites,
  UntypedHandler,
} from './mismatches.js';

/**
 * How types travel through a pipeline. `Up` is what the handlers so far hand to the next one, `Down` what they take
 * from it. One pass from the transport to the application checks both directions, because the handler nearer the
 * transport is always known first. Nothing in this file exists at run time.
 */

/** A handler that may be in many pipelines at once, and whose type says so. */
export interface SharableHandler {
  /** True, as a type. */
  readonly isSharable: true;
}

/**
 * Lets a generic handler take its type argument from the place it is added at:
 * `class Batcher<T> { constructor(at: At<T>, size: number) … }`, `.addLastAt((at) => new Batcher(at, 3))`.
 */
export interface At<Up, Down = never> {
  readonly '~up'?: (message: Up) => Up;
  readonly '~down'?: (message: Down) => void;
}

/** The handler that a factory makes, or the sharable handler itself. */
export type MadeBy<Source> = Source extends () => infer H ? H : Source;

type Accept<F> = F extends { readonly accept: (message: infer A) => void } ? A : never;
type Emit<F> = F extends { readonly emit: infer E } ? E : never;
type IsNever<T> = [T] extends [never] ? true : false;

/** What arrives behind the handler `H` when `Up` arrives at it. */
export type NextUp<Up, H> = UpBehind<Up, InboundOf<H>>;
type UpBehind<Up, F> = F extends { readonly kind: 'pass' }
  ? Up
  : F extends { readonly kind: 'select' }
    ? Exclude<Up, Accept<F>> | Emit<F>
    : Emit<F>;

/**
 * What may be written from behind the handler `H` when `Down` may be written at it. If it is one of several handlers,
 * only what each of them takes: the parameter position makes the intersection.
 */
export type NextDown<Down, H> =
  DownBehind<Down, OutboundOf<H>> extends (message: infer D) => void ? D : never;
type DownBehind<Down, F> = F extends { readonly kind: 'pass' }
  ? (message: Down) => void
  : F extends { readonly kind: 'select' }
    ? (message: Down | Accept<F>) => void
    : (message: Accept<F>) => void;

/** `unknown`, which changes nothing, when the source's handler fits between `Up` and `Down`; otherwise the error. */
export type Fits<Up, Down, Source> = OrFine<SourceError<Up, Down, Source>>;
/** The same for a handler. */
export type HandlerFits<Up, Down, H> = OrFine<HandlerError<Up, Down, H>>;
type OrFine<E> = IsNever<E> extends true ? unknown : E;

// Each check is `never` or an error, and is made for each member of a union: one that does not fit is enough.

type SourceError<Up, Down, Source> = Source extends () => infer H
  ? HandlerError<Up, Down, H>
  : Source extends SharableHandler
    ? HandlerError<Up, Down, Source>
    : NotAFactory<'pass () => new Handler(), or a handler whose isSharable has the type true'>;

type HandlerError<Up, Down, H> =
  IsUntyped<H> extends true
    ? UntypedHandler<'it is of type any'>
    : H extends PromiseLike<unknown>
      ? AsyncFactory<'make what needs waiting for before the pipeline is built'>
      : H extends unknown
        ? '~types' extends keyof H
          ? FlowError<Up, Down, InboundOf<H>, OutboundOf<H>, WriteOf<H>>
          : UntypedHandler<'extend a typed base class, use handler<In, Out, Write>(), or addUnchecked'>
        : never;

type FlowError<Up, Down, I, O, W> =
  OpenParts<I, O, W> extends infer Part extends string
    ? IsNever<Part> extends true
      ? First<InboundError<Up, I>, OutboundError<Down, Emit<O> | W>>
      : UntypedHandler<`${Part} is any`>
    : never;

/** One error at a time: which of two the compiler would show depends on what else it has seen. */
type First<A, B> = IsNever<A> extends true ? B : A;

/** The type parameters that were left open. */
type OpenParts<I, O, W> =
  | If<IsUntyped<Accept<I>>, 'inbound In'>
  | If<IsUntyped<Emit<I>>, 'inbound Out'>
  | If<IsUntyped<Accept<O>>, 'outbound In'>
  | If<IsUntyped<Emit<O>>, 'outbound Out'>
  | If<IsUntyped<W>, 'Write'>;
type If<Condition, Then> = Condition extends true ? Then : never;

type InboundError<Up, F> = F extends { readonly kind: 'pass' }
  ? never
  : IsNever<Up> extends true
    ? InboundUnreachable<ThisHandlerAccepts<Accept<F>>>
    : Takes<Up, F> extends true
      ? never
      : InboundMismatch<PreviousHandlerEmits<Up>, ThisHandlerAccepts<Accept<F>>>;

/** A `Flow` has to take all that arrives, a `Select` some of it. */
type Takes<Up, F> = F extends { readonly kind: 'select' }
  ? IsNever<Extract<Up, Accept<F>> | Extract<Accept<F>, Up>> extends true
    ? false
    : true
  : [Up] extends [Accept<F>]
    ? true
    : false;

type OutboundError<Down, Written> = [Written] extends [Down]
  ? never
  : OutboundMismatch<ThisHandlerWrites<Exclude<Written, Down>>, PreviousHandlerAccepts<Down>>;
