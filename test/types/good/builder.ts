/** The types around the typed builder that programs may name. */
import {
  type AsyncFactory,
  type At,
  type DuplicateName,
  getLogger,
  type InboundMismatch,
  type InboundUnreachable,
  type Logger,
  type MadeBy,
  type NextDown,
  type NextUp,
  type NotAFactory,
  type OutboundMismatch,
  type Pass,
  type PassThroughCallbacks,
  type PipelineBuilder,
  PipelineInitializer,
  type PipelineMismatch,
  type PreviousHandlerAccepts,
  type PreviousHandlerEmits,
  passThrough,
  pipeline,
  type SharableHandler,
  type SocketReads,
  type SocketWrites,
  setLogger,
  type ThisHandlerAccepts,
  type ThisHandlerWrites,
  type TypedPassThrough,
  type TypedTail,
  type UncheckedSource,
  type UntypedHandler,
  type WhenBuilt,
  warnOnce,
} from '@sluice/core';
import { assertType, type Equal } from '../support/assertType.js';
import * as s from '../support/sample.js';

const start = pipeline();
assertType<Equal<typeof start, PipelineBuilder<SocketReads, SocketWrites>>>();
assertType<Equal<SocketReads, Buffer>>();
const framed = start.addLast('frame', () => new s.FrameCodec());
assertType<Equal<typeof framed, PipelineBuilder<s.Frame, s.Frame, Record<'frame', s.FrameCodec>>>>();

// What lies behind a handler, step by step.
assertType<Equal<NextUp<Buffer, s.FrameCodec>, s.Frame>>();
assertType<Equal<NextDown<Uint8Array, s.FrameCodec>, s.Frame>>();
assertType<Equal<NextUp<s.Frame | s.Ping, s.FrameToString>, string | s.Ping>>();
assertType<Equal<NextDown<s.Frame, s.StringToFrame>, s.Frame | string>>();
assertType<Equal<NextUp<s.Order, s.Idle>, s.Order>>();
assertType<Equal<MadeBy<() => s.Idle>, s.Idle>>();
assertType<Equal<MadeBy<s.Log>, s.Log>>();

const whenBuilt: WhenBuilt<s.Frame, s.Frame, unknown> = (tail) => {
  assertType<Equal<typeof tail, TypedTail<s.Frame, s.Frame, unknown>>>();
};
const built = start.addLast(() => new s.FrameCodec()).build(whenBuilt);
assertType<Equal<typeof built, PipelineInitializer<s.Frame, s.Frame>>>();
export const isBuilt: boolean = built instanceof PipelineInitializer;

export const unchecked: readonly UncheckedSource[] = [() => new s.Ported(), { isSharable: true }];
export const shared: SharableHandler = new s.Log();
const callbacks: PassThroughCallbacks<string> = { channelActive: (ctx) => ctx.write('hello') };
const passing: TypedPassThrough<string> = passThrough(callbacks);
assertType<Equal<(typeof passing)['~types']['inbound'], Pass>>();
/** A handler that is generic in its place. */
export type Place = At<s.Order, s.Ack>;

// The errors of a pipeline that does not fit are types with readable names.
export type Errors = [
  InboundMismatch<PreviousHandlerEmits<1>, ThisHandlerAccepts<2>>,
  InboundUnreachable<ThisHandlerAccepts<2>>,
  OutboundMismatch<ThisHandlerWrites<1>, PreviousHandlerAccepts<2>>,
  DuplicateName<'name'>,
  UntypedHandler<'reason'>,
  NotAFactory<'remedy'>,
  AsyncFactory<'remedy'>,
];
assertType<Equal<Errors[number] extends PipelineMismatch ? true : false, true>>();

const logger: Logger = getLogger();
setLogger({ ...logger, warn: (fields, text) => console.warn(text, fields), isLevelEnabled: () => true });
setLogger();
warnOnce('kind', 'text');
