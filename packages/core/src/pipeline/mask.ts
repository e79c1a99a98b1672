import type { AnyChannelHandler } from './ChannelHandler.js';

/**
 * One bit for each callback that a handler implements: who does not implement an event is skipped, not called.
 * Netty: ChannelHandlerMask with @Skip.
 */
export const EXCEPTION_CAUGHT: number = 1 << 0;
export const CHANNEL_REGISTERED: number = 1 << 1;
export const CHANNEL_UNREGISTERED: number = 1 << 2;
export const CHANNEL_ACTIVE: number = 1 << 3;
export const CHANNEL_INACTIVE: number = 1 << 4;
export const CHANNEL_READ: number = 1 << 5;
export const CHANNEL_READ_COMPLETE: number = 1 << 6;
export const USER_EVENT_TRIGGERED: number = 1 << 7;
export const CHANNEL_WRITABILITY_CHANGED: number = 1 << 8;
export const BIND: number = 1 << 9;
export const CONNECT: number = 1 << 10;
export const DISCONNECT: number = 1 << 11;
export const CLOSE: number = 1 << 12;
export const DEREGISTER: number = 1 << 13;
export const READ: number = 1 << 14;
export const WRITE: number = 1 << 15;
export const FLUSH: number = 1 << 16;

export const ALL_INBOUND: number = (1 << 9) - 1;
export const ALL: number = (1 << 17) - 1;

/** Marks a method as "pass on": it counts as missing. `Symbol.for`, so that two copies of the package agree. */
const SKIP = Symbol.for('sluice.handler.skip');

/** Puts the mark on methods of a prototype. */
export function skippable(prototype: object, names: readonly string[]): void {
  for (const name of names) {
    const method = (prototype as Record<string, unknown>)[name] as Record<symbol, unknown>;
    Object.defineProperty(method, SKIP, { value: true });
  }
}

/** A handler that is made of others, whose own methods are marked: the bits of what the parts implement. */
export interface MadeOfParts {
  readonly '~parts'?: number;
}

/** The bits of `handler`: own properties and the whole prototype chain count, and what its parts implement. */
export function maskOf(handler: AnyChannelHandler & MadeOfParts): number {
  return (
    (handler['~parts'] ?? 0) |
    has(handler.exceptionCaught, EXCEPTION_CAUGHT) |
    has(handler.channelRegistered, CHANNEL_REGISTERED) |
    has(handler.channelUnregistered, CHANNEL_UNREGISTERED) |
    has(handler.channelActive, CHANNEL_ACTIVE) |
    has(handler.channelInactive, CHANNEL_INACTIVE) |
    has(handler.channelRead, CHANNEL_READ) |
    has(handler.channelReadComplete, CHANNEL_READ_COMPLETE) |
    has(handler.userEventTriggered, USER_EVENT_TRIGGERED) |
    has(handler.channelWritabilityChanged, CHANNEL_WRITABILITY_CHANGED) |
    has(handler.bind, BIND) |
    has(handler.connect, CONNECT) |
    has(handler.disconnect, DISCONNECT) |
    has(handler.close, CLOSE) |
    has(handler.deregister, DEREGISTER) |
    has(handler.read, READ) |
    has(handler.write, WRITE) |
    has(handler.flush, FLUSH)
  );
}

/** Whether a method carries the mark. */
export function isMarked(callback: object): boolean {
  return (callback as Record<symbol, unknown>)[SKIP] === true;
}

function has(callback: unknown, bit: number): number {
  return typeof callback === 'function' && !isMarked(callback) ? bit : 0;
}
