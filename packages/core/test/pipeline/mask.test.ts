import type * as core from '@sluice/core';
import {
  ChannelDuplexHandler,
  type ChannelHandlerContext,
  ChannelInboundHandlerAdapter,
  ChannelOutboundHandlerAdapter,
  EmbeddedChannel,
} from '@sluice/core';
import * as m from '../../src/pipeline/mask.js';

describe('a callback counts as present', () => {
  test('when it is a property of a plain object', () => {
    expect(m.maskOf({})).toBe(0);
    expect(m.maskOf({ channelRead() {}, flush() {} })).toBe(m.CHANNEL_READ | m.FLUSH);
    expect(m.maskOf({ handlerAdded() {}, handlerRemoved() {}, isSharable: true })).toBe(0);
  });

  test('when it is overridden anywhere in the prototype chain (D1)', () => {
    class Base extends ChannelDuplexHandler {
      override channelRead(ctx: ChannelHandlerContext, message: unknown): void {
        ctx.fireChannelRead(message);
      }
    }
    class Middle extends Base {}
    class Leaf extends Middle {
      override write(): void {}
    }
    expect(m.maskOf(new Base())).toBe(m.CHANNEL_READ);
    expect(m.maskOf(new Leaf())).toBe(m.CHANNEL_READ | m.WRITE);
  });

  test('when it is an own property of an instance', () => {
    class Own extends ChannelInboundHandlerAdapter {
      override channelActive = (ctx: ChannelHandlerContext): void => void ctx.fireChannelActive();
    }
    expect(m.maskOf(new Own())).toBe(m.CHANNEL_ACTIVE);
  });

  test('for every one of the 17 callbacks', () => {
    const names = [
      'exceptionCaught',
      'channelRegistered',
      'channelUnregistered',
      'channelActive',
      'channelInactive',
      'channelRead',
      'channelReadComplete',
      'userEventTriggered',
      'channelWritabilityChanged',
      'bind',
      'connect',
      'disconnect',
      'close',
      'deregister',
      'read',
      'write',
      'flush',
    ];
    const bits = names.map((name) => m.maskOf({ [name]() {} }));
    expect(bits).toEqual(names.map((_, i) => 1 << i));
    expect(m.maskOf(Object.fromEntries(names.map((name) => [name, () => {}])))).toBe(m.ALL);
  });
});

describe('a callback counts as missing (rule 9)', () => {
  test('when it is only inherited from a base class', () => {
    class In extends ChannelInboundHandlerAdapter {}
    class Out extends ChannelOutboundHandlerAdapter {}
    class Both extends ChannelDuplexHandler {}
    expect([new In(), new Out(), new Both()].map(m.maskOf)).toEqual([0, 0, 0]);
    expect(m.isMarked(Both.prototype.channelRead)).toBe(true);
    expect(m.isMarked(Both.prototype.exceptionCaught)).toBe(true);
    expect(m.isMarked(() => {})).toBe(false);
  });

  test('also when the base class is of another copy of the package', () => {
    let copy: typeof core | undefined;
    jest.isolateModules(() => {
      copy = require('@sluice/core');
    });
    const { ChannelDuplexHandler: Foreign } = copy as typeof core;
    expect(Foreign).not.toBe(ChannelDuplexHandler);
    class Handler extends Foreign {
      override flush(ctx: never): void {
        super.flush(ctx);
      }
    }
    expect(m.maskOf(new Handler())).toBe(m.FLUSH);
    expect((copy as typeof core).EmbeddedChannel).not.toBe(EmbeddedChannel);
  });

  test('when it is no function', () => {
    expect(m.maskOf({ channelRead: undefined, write: 1 } as never)).toBe(0);
  });
});
