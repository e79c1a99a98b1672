import {
  type AnyChannelHandler,
  type ChannelHandlerContext,
  ChannelInputShutdownEvent,
  ChannelInputShutdownReadComplete,
  PassThroughHandler,
} from '@sluice/core';
import { type ChannelFacts, EventOrder } from '../src/contract/EventOrder.js';
import type { ContractRule } from '../src/contract/rules.js';

/** The events whose order matters, by the names that tests use. */
export const EVENTS = [
  'added',
  'registered',
  'active',
  'read',
  'readComplete',
  'inputShutdown',
  'inputShutdownRead',
  'inactive',
  'unregistered',
  'removed',
] as const;
export type EventName = (typeof EVENTS)[number];

/** An event, and the state of the channel when it came. */
export interface Step extends ChannelFacts {
  readonly event: EventName;
}

/** The rules that a sequence breaks, in order. */
export function broken(steps: readonly Step[]): ContractRule[] {
  const order = new EventOrder();
  return steps.flatMap((step) => apply(order, step) ?? []);
}

function apply(order: EventOrder, step: Step): ContractRule | undefined {
  switch (step.event) {
    case 'added':
      return order.handlerAdded(step);
    case 'removed':
      return order.handlerRemoved();
    case 'registered':
    case 'unregistered':
    case 'inactive':
      return order[step.event](step);
    case 'active':
    case 'read':
    case 'readComplete':
      return order[step.event]();
    case 'inputShutdown':
      return order.userEvent(ChannelInputShutdownEvent.INSTANCE);
    case 'inputShutdownRead':
      return order.userEvent(ChannelInputShutdownReadComplete.INSTANCE);
  }
}

/** Notes the events whose order matters with the state of the channel. */
export class StepRecorder extends PassThroughHandler implements AnyChannelHandler {
  readonly steps: Step[] = [];

  #note(ctx: ChannelHandlerContext, event: EventName): void {
    const { isRegistered, isActive, isOpen } = ctx.channel;
    this.steps.push({ event, isRegistered, isActive, isOpen });
  }
  override handlerAdded(ctx: ChannelHandlerContext): void {
    this.#note(ctx, 'added');
  }
  override handlerRemoved(ctx: ChannelHandlerContext): void {
    this.#note(ctx, 'removed');
  }
  override channelRegistered(ctx: ChannelHandlerContext): void {
    this.#note(ctx, 'registered');
    ctx.fireChannelRegistered();
  }
  override channelUnregistered(ctx: ChannelHandlerContext): void {
    this.#note(ctx, 'unregistered');
    ctx.fireChannelUnregistered();
  }
  override channelActive(ctx: ChannelHandlerContext): void {
    this.#note(ctx, 'active');
    ctx.fireChannelActive();
  }
  override channelInactive(ctx: ChannelHandlerContext): void {
    this.#note(ctx, 'inactive');
    ctx.fireChannelInactive();
  }
  override channelRead(ctx: ChannelHandlerContext, message: unknown): void {
    this.#note(ctx, 'read');
    ctx.fireChannelRead(message);
  }
  override channelReadComplete(ctx: ChannelHandlerContext): void {
    this.#note(ctx, 'readComplete');
    ctx.fireChannelReadComplete();
  }
  override userEventTriggered(ctx: ChannelHandlerContext, event: unknown): void {
    if (event instanceof ChannelInputShutdownEvent) this.#note(ctx, 'inputShutdown');
    if (event instanceof ChannelInputShutdownReadComplete) this.#note(ctx, 'inputShutdownRead');
    ctx.fireUserEventTriggered(event);
  }
}
