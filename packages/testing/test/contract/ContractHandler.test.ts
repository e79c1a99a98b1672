import {
  type AnyChannelHandler,
  type ChannelHandlerContext,
  ChannelInputShutdownEvent,
  type ChannelPromise,
  EmbeddedChannel,
  handler,
  pipeline,
  WriteBufferWaterMark,
} from '@sluice/core';
import {
  ContractHandler,
  type ContractHandlerOptions,
  ContractViolationException,
  channelPair,
  RecordingHandler,
} from '@sluice/testing';

/** An active channel with a contract handler behind `before`, which has seen everything. */
function checked(options: ContractHandlerOptions = { mode: 'collect' }, ...before: AnyChannelHandler[]) {
  const contract = new ContractHandler(options);
  const channel = new EmbeddedChannel(...before, contract);
  const ctx = channel.pipeline.context(contract) as ChannelHandlerContext;
  return { channel, contract, ctx, rules: () => contract.violations.map(({ rule }) => rule) };
}

describe('reporting', () => {
  test('all is well: nothing is reported, and everything goes through', () => {
    const { channel, contract } = checked();
    channel.writeInbound('in', 'in too');
    channel.writeOutbound('out');
    channel.pipeline.fireUserEventTriggered('event');
    channel.finish();
    contract.verify();
    expect(contract.violations).toEqual([]);
    expect([channel.inboundMessages, channel.outboundMessages]).toEqual([['in', 'in too'], ['out']]);
  });

  test('thrown by default: as exceptionCaught from its place, and the event goes on', () => {
    const { channel } = checked({});
    let reached = 0;
    channel.pipeline.addLast({
      channelActive: () => void reached++,
    });
    channel.pipeline.fireChannelActive();
    expect(() => channel.checkException()).toThrow(ContractViolationException);
    expect(reached).toBe(1);
  });

  test('collected: kept in order, the first thrown by verify()', () => {
    const { channel, contract, rules } = checked();
    channel.pipeline.fireChannelActive();
    channel.pipeline.fireChannelRegistered();
    channel.checkException();
    expect(rules()).toEqual(['active-once', 'registered-once']);
    expect(() => contract.verify()).toThrow(contract.violations[0] as Error);
  });

  test('a violation tells place, event, rule and what came before', () => {
    const { channel, contract } = checked({ mode: 'collect', history: 4 });
    channel.writeInbound(Buffer.from('ab'), { a: 1 });
    channel.pipeline.fireChannelActive();
    const [violation] = contract.violations;
    expect(violation).toMatchObject({
      name: 'ContractViolationException',
      code: 'ERR_CONTRACT_VIOLATION',
      rule: 'active-once',
      event: 'channelActive',
      events: ['channelRead Buffer(2) <6162>', 'channelRead { a: 1 }', 'channelReadComplete', 'read'],
    });
    expect(violation?.message).toMatch(
      /^Contract broken at 'ContractHandler#0' of \[id: 0x\w+.*\]: channelActive \(active-once\)\. channelActive comes once in/,
    );
    expect(violation?.message).toMatch(/\nBefore it: channelRead Buffer.*, channelReadComplete, read$/);
  });

  test('ignored rules are not checked', () => {
    const { channel, contract, rules } = checked({ mode: 'collect', ignore: ['active-once'] });
    channel.pipeline.fireChannelActive();
    channel.pipeline.fireChannelRegistered();
    expect(rules()).toEqual(['registered-once']);
    expect(() => contract.verify()).toThrow(/registered-once/);
  });

  test('the handler is transparent: a framed message passes it as it is', () => {
    const { channel } = checked();
    const writer: AnyChannelHandler = {};
    channel.pipeline.addLast('writer', writer);
    expect(channel.pipeline.context('writer')?.writesToTransport).toBe(true);
  });
});

test('in a typed pipeline it leaves the types as they are', () => {
  const initializer = pipeline()
    .addLast(() => new ContractHandler())
    .addLast(() => new RecordingHandler())
    .addLast(() =>
      handler<Buffer, never, Buffer>({ channelRead: (ctx, bytes) => void ctx.writeAndFlush(bytes) }),
    )
    .build();
  const channel = new EmbeddedChannel(initializer);
  channel.writeInbound(Buffer.from('x'));
  expect(channel.readOutbound()).toEqual(Buffer.from('x'));
  channel.finish();
});

describe('inbound', () => {
  test('the order of events', () => {
    const { channel, rules } = checked();
    channel.pipeline.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    channel.writeInbound('more');
    channel.close();
    expect(rules()).toEqual(['input-ended']);
  });

  test('reads without their end, unless an embedded channel is closed within one', async () => {
    const contract = new ContractHandler({ mode: 'collect' });
    const [client, server] = channelPair(
      (made) => made.pipeline.addLast(contract),
      () => {},
    );
    client.pipeline.addLast({ channelRead: () => {} });
    client.pipeline.fireChannelRead('made up');
    client.close();
    await Promise.all([client.closeFuture, server.closeFuture]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(contract.violations.map(({ rule }) => rule)).toEqual(['read-completed']);

    const { channel, rules } = checked(undefined, {
      channelRead(ctx, message) {
        ctx.close();
        ctx.fireChannelRead(message);
      },
    });
    channel.writeInbound('last');
    expect(rules()).toEqual([]);
  });

  test('deregistered: a read breaks the contract, until it is registered again', () => {
    const { channel, rules } = checked();
    channel.deregister();
    channel.writeInbound('early');
    expect(rules()).toEqual(['after-unregistered', 'after-unregistered']);
    channel.register();
    channel.writeInbound('again');
    expect(rules()).toHaveLength(2);
  });

  test('unregistered before it was inactive', () => {
    const swallower: AnyChannelHandler = { channelInactive: () => {} };
    const { channel, rules } = checked(undefined, swallower);
    channel.close();
    expect(rules()).toEqual(['inactive-before-unregistered']);
  });

  test('a handler that makes up an end', () => {
    const { channel, rules } = checked(undefined, {
      channelRead: (ctx) => void ctx.fireChannelInactive(),
    });
    channel.writeInbound('x');
    expect(rules()).toEqual(['inactive-when-closed', 'read-while-active']);
  });

  test('the end within another event', async () => {
    const contract = new ContractHandler({ mode: 'collect' });
    const [client, server] = channelPair(
      (channel) =>
        channel.pipeline.addLast(contract, {
          channelReadComplete(ctx) {
            ctx.close();
            const at = ctx.pipeline.context(contract) as ChannelHandlerContext;
            contract.channelInactive(at as never);
          },
        }),
      (channel) => channel.writeAndFlush(Buffer.from('x')),
    );
    await Promise.all([client.closeFuture, server.closeFuture]);
    expect(contract.violations[0]?.rule).toBe('end-in-own-task');
  });

  test('outside a pipeline', () => {
    const { channel, contract, ctx, rules } = checked();
    channel.pipeline.remove(contract);
    contract.flush(ctx as never);
    contract.exceptionCaught(ctx, new Error('x'));
    contract.channelWritabilityChanged(ctx as never);
    expect(rules()).toEqual(['handler-lifecycle', 'handler-lifecycle', 'handler-lifecycle']);
    const alone = new ContractHandler({ mode: 'collect' });
    alone.channelActive({ fireChannelActive: () => {} } as never);
    expect(alone.violations[0]?.message).toContain('a handler outside a pipeline');
  });

  test('null', () => {
    const { contract, ctx, rules } = checked();
    const nothing = {
      ...ctx,
      channel: ctx.channel,
      fireChannelRead: () => {},
      fireUserEventTriggered: () => {},
    };
    contract.channelRead(nothing as never, null as never);
    contract.userEventTriggered(nothing as never, undefined);
    contract.write({ write: () => {} } as never, null as never, ctx.newPromise());
    expect(rules()).toEqual(['no-null', 'no-null', 'no-null']);
  });

  test('writability: each event tells of a change', () => {
    const { channel, contract, rules } = checked();
    channel.config.writeBufferWaterMark = new WriteBufferWaterMark(100, 200);
    channel.write(Buffer.alloc(300));
    channel.flush();
    expect(rules()).toEqual([]);
    channel.pipeline.fireChannelWritabilityChanged();
    channel.pipeline.fireChannelWritabilityChanged();
    expect(rules()).toEqual(['writability-changed', 'writability-changed']);
    expect(contract.violations[0]?.event).toBe('channelWritabilityChanged (writable)');
  });
});

describe('outbound', () => {
  test('a write without a flush is told when the channel closes, or at the check', () => {
    for (const end of ['close', 'verify'] as const) {
      const { channel, contract, rules } = checked();
      channel.writeOutbound('sent');
      for (const text of ['a', 'b', 'c', 'd']) channel.write(text);
      if (end === 'close') channel.close();
      expect(() => contract.verify()).toThrow(/write-flushed/);
      expect(rules()).toEqual(['write-flushed']);
      expect(contract.violations[0]?.event).toBe(
        `${end === 'close' ? 'when the channel closed' : 'at the check'}, write 'a', write 'b', write 'c' and 1 more still unflushed`,
      );
    }
  });

  test('a write that was flushed here, flushed nearer to the head, failed or cancelled is not', () => {
    const { channel, contract } = checked(undefined, {
      write(ctx, message, promise) {
        if (message === 'fails') promise.setFailure(new Error('no'));
        else ctx.write(message, promise);
        if (message === 'flushed below') ctx.flush();
      },
    });
    channel.write('flushed');
    channel.flush();
    channel.write('flushed below');
    channel.write('fails').addListener(() => {});
    channel.write('cancelled').cancel();
    channel.finish();
    channel.write('too late').addListener(() => {});
    contract.verify();
  });

  test('a removed handler says nothing of the writes it saw', () => {
    const { channel, contract } = checked();
    channel.write('kept');
    channel.pipeline.remove(contract);
    channel.close();
    contract.verify();
  });

  test('a promise is used once', () => {
    const { channel, contract, ctx, rules } = checked();
    const promise = channel.newPromise();
    channel.write('a', promise);
    channel.write('b', promise);
    channel.flush();
    expect(rules()).toContain('promise-used-once');
    expect(contract.violations[0]?.event).toBe("write 'b' with the promise of another one");
    contract.close({ close: () => {} } as never, ctx.newPromise().setSuccess());
    expect(rules().at(-1)).toBe('promise-used-once');
  });

  test.each<[string, (promise: ChannelPromise) => void]>([
    ['succeeds and hands it on', (promise) => promise.setSuccess()],
    ['fails and succeeds', (promise) => void promise.setFailure(new Error('no')).setSuccess()],
    ['fails twice', (promise) => void promise.setFailure(new Error('no')).setFailure(new Error('again'))],
    ['succeeds twice', (promise) => void [promise.trySuccess(), promise.trySuccess()]],
  ])('a promise is completed once: a handler that %s', (_name, complete) => {
    const { channel, rules } = checked(undefined, {
      write(ctx, message, promise) {
        ctx.write(message, promise);
        complete(promise);
      },
    });
    channel.write('a').addListener(() => {});
    channel.flush();
    expect(rules()).toEqual(['promise-completed-once']);
  });

  test('losing a race for a promise is no mistake', () => {
    const { channel, contract } = checked(undefined, {
      write(ctx, message, promise) {
        ctx.write(message, promise);
        ctx.flush();
        promise.tryFailure(new Error('too late'));
      },
    });
    channel.writeOutbound('a');
    channel.write('cancelled').cancel();
    contract.verify();
  });

  test('every operation goes through with its promise', () => {
    const { channel, contract } = checked();
    const seen: string[] = [];
    const took = (operation: string, promise: ChannelPromise): void => {
      seen.push(operation);
      promise.setSuccess();
    };
    channel.pipeline.addFirst({
      bind: (_ctx, _address, promise) => took('bind', promise),
      connect: (_ctx, _to, _from, promise) => took('connect', promise),
      deregister: (_ctx, promise) => took('deregister', promise),
      read: () => void seen.push('read'),
    });
    channel.bind({ local: 'x' });
    channel.connect({ local: 'x' });
    channel.deregister();
    channel.read();
    expect(channel.disconnect().isSuccess).toBe(true);
    expect(seen).toEqual(['bind', 'connect', 'deregister', 'read']);
    contract.verify();
    const datagram = new EmbeddedChannel({ hasDisconnect: true, handlers: [new ContractHandler()] });
    expect(datagram.disconnect().isSuccess).toBe(true);
    datagram.finish();
  });
});
