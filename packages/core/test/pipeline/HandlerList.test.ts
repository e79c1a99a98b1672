import * as core from '@sluice/core';
import {
  type AnyChannelHandler,
  ChannelDuplexHandler,
  ChannelInboundHandlerAdapter,
  EmbeddedChannel,
} from '@sluice/core';

class Codec extends ChannelDuplexHandler {}
class SpecialCodec extends Codec {}
class Echo extends ChannelInboundHandlerAdapter {
  static Inner = class Inner extends ChannelInboundHandlerAdapter {};
}
class Shared extends ChannelDuplexHandler {
  override get isSharable(): boolean {
    return true;
  }
}

let channel: EmbeddedChannel;
let pipeline: core.ChannelPipeline;
beforeEach(() => {
  channel = new EmbeddedChannel();
  pipeline = channel.pipeline;
});
afterEach(() => channel.finishAndReleaseAll());

const noSuch = (message: string) =>
  expect.objectContaining({ name: 'NoSuchHandlerException', code: 'ERR_NO_SUCH_HANDLER', message });

describe('adding', () => {
  test('puts handlers where they are told to', () => {
    pipeline.addLast('b', {}).addFirst('a', {}).addLast('e', {});
    pipeline.addAfter('b', 'c', {}).addBefore('e', 'd', {});
    expect(pipeline.names()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('in any order of the calls: each context leads to its neighbours', () => {
    pipeline.addFirst('1', {}).addLast('10', {}).addBefore('10', '5', {}).addAfter('1', '3', {});
    pipeline.addBefore('5', '4', {}).addAfter('5', '6', {}).addBefore('1', '0', {}).addAfter('10', '11', {});
    expect(pipeline.names().map(Number)).toEqual([0, 1, 3, 4, 5, 6, 10, 11]);
    const heard: string[] = [];
    for (const name of pipeline.names()) {
      pipeline.addAfter(name, `after ${name}`, { userEventTriggered: (ctx) => void heard.push(ctx.name) });
    }
    for (const [name] of [...pipeline])
      if (!name.startsWith('after')) pipeline.context(name)?.fireUserEventTriggered('u');
    expect(heard).toEqual([0, 1, 3, 4, 5, 6, 10, 11].map((number) => `after ${number}`));
  });

  test('several at once keeps their order, at the front too', () => {
    pipeline.addLast(new Codec(), new Echo());
    pipeline.addFirst(new SpecialCodec(), {});
    expect(pipeline.names()).toEqual(['SpecialCodec#0', 'Handler#0', 'Codec#0', 'Echo#0']);
    expect(pipeline.addLast().names()).toHaveLength(4);
  });

  test('beside a handler that is found by itself or by its class', () => {
    const echo = new Echo();
    pipeline.addLast(new Codec(), echo);
    pipeline.addBefore(Codec, 'first', {}).addAfter(echo, 'last', {});
    expect(pipeline.names()).toEqual(['first', 'Codec#0', 'Echo#0', 'last']);
  });

  test.each([
    ['missing', 'missing: no such handler; the pipeline has [x]'],
    [Echo, 'Echo: no such handler; the pipeline has [x]'],
    [new Codec(), 'Codec: no such handler; the pipeline has [x]'],
  ])('beside %p, which is not there, is refused (rule 22)', (base, message) => {
    pipeline.addLast('x', {});
    expect(() => pipeline.addBefore(base, null, {})).toThrow(noSuch(message));
    expect(() => pipeline.addAfter(base, null, {})).toThrow(noSuch(message));
    expect(pipeline.names()).toEqual(['x']);
  });

  test.each([undefined, null, 'text', () => {}])('%p is no handler', (value) => {
    const refused = expect.objectContaining({
      code: 'ERR_INVALID_ARG_TYPE',
      message: `A handler is an object with callbacks, not ${String(value)} (name: x)`,
    });
    expect(() => pipeline.addLast('x', value as never)).toThrow(refused);
  });
});

describe('names (rule 20)', () => {
  test('that are in use are refused', () => {
    pipeline.addLast('a', {});
    const refused = expect.objectContaining({
      code: 'ERR_INVALID_ARG_VALUE',
      message: 'Duplicate handler name: a',
    });
    expect(() => pipeline.addLast('a', {})).toThrow(refused);
    expect(() => pipeline.addFirst('a', {})).toThrow(refused);
    expect(() => pipeline.addBefore('a', 'a', {})).toThrow(refused);
    pipeline.addLast('b', {});
    expect(() => pipeline.replace('b', 'a', {})).toThrow(refused);
    expect(pipeline.names()).toEqual(['a', 'b']);
  });

  test('are generated from the class, the first free number', () => {
    pipeline.addLast(null, new Codec()).addLast(null, new Codec()).addLast('Codec#2', {});
    pipeline.addLast(null, new Codec());
    pipeline.addLast(new Echo.Inner(), {}, Object.create(null) as AnyChannelHandler, new (class {})());
    expect(pipeline.names()).toEqual([
      'Codec#0',
      'Codec#1',
      'Codec#2',
      'Codec#3',
      'Inner#0',
      'Handler#0',
      'Handler#1',
      'Handler#2',
    ]);
    pipeline.remove('Codec#1');
    pipeline.addLast(null, new Codec()).addLast(null, new Codec());
    expect(pipeline.names().slice(-2)).toEqual(['Codec#1', 'Codec#4']);
    pipeline.replace('Codec#0', null, new Codec());
    expect(pipeline.names()[0]).toBe('Codec#5');
    pipeline.addLast(null, new Codec());
    expect(pipeline.names().at(-1)).toBe('Codec#0');
  });

  test('of the two ends do not show (D20)', () => {
    expect([pipeline.names(), [...pipeline], pipeline.toMap().size]).toEqual([[], [], 0]);
    expect([pipeline.first, pipeline.last, pipeline.firstContext, pipeline.lastContext]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect([pipeline.get('head'), pipeline.get('tail')]).toEqual([null, null]);
    pipeline.addLast('head', {}).addLast('tail', {});
    expect(pipeline.names()).toEqual(['head', 'tail']);
  });

  test('for 5,000 handlers are found in reasonable time', () => {
    for (let i = 0; i < 5000; i++) pipeline.addLast(new Codec());
    expect(pipeline.names().at(-1)).toBe('Codec#4999');
  });
});

describe('a handler that is not sharable (rule 21)', () => {
  const refused = (name: string) =>
    expect.objectContaining({
      name: 'ChannelPipelineException',
      code: 'ERR_CHANNEL_PIPELINE',
      message: expect.stringMatching(
        `^${name} is not a @Sharable handler, so can't be added or removed multiple times\\. `,
      ),
    });

  test.each([
    ['an instance of a class', 'Codec', () => new Codec()],
    ['a plain object', 'Handler', () => ({ channelRead() {} })],
    ['a frozen object', 'Handler', () => Object.freeze({ channelRead() {} })],
    ['a sealed object', 'Handler', () => Object.seal({ channelRead() {} })],
  ])('%s can be added once, also after it was removed and in another channel', (_what, name, make) => {
    const handler = make() as AnyChannelHandler;
    pipeline.addLast('x', handler);
    expect(() => pipeline.addLast('y', handler)).toThrow(refused(name));
    pipeline.remove('x');
    expect(() => pipeline.addLast('y', handler)).toThrow(refused(name));
    pipeline.addLast('z', {});
    expect(() => pipeline.replace('z', 'y', handler)).toThrow(refused(name));
    const other = new EmbeddedChannel();
    expect(() => other.pipeline.addLast('y', handler)).toThrow(refused(name));
    other.finish();
    expect(pipeline.names()).toEqual(['z']);
  });

  test('is not the same as a copy of it, or as one made after it', () => {
    const handler: AnyChannelHandler = { channelRead() {} };
    pipeline.addLast(handler, { ...handler }, Object.create(handler) as AnyChannelHandler);
    pipeline.addLast({ ...handler });
    expect(pipeline.names()).toHaveLength(4);
    expect(() => pipeline.addLast(handler)).toThrow(refused('Handler'));
  });

  test('is known to a second copy of the package', () => {
    let copy: typeof core | undefined;
    jest.isolateModules(() => {
      copy = require('@sluice/core');
    });
    const handler = { channelRead() {} };
    pipeline.addLast(handler);
    const foreign = new (copy as typeof core).EmbeddedChannel();
    expect(() => foreign.pipeline.addLast(handler)).toThrow(refused('Handler'));
    foreign.finish();
  });

  test('differs from one that says it is', () => {
    const shared = new Shared();
    const plain: AnyChannelHandler = { isSharable: true };
    const frozen: AnyChannelHandler = Object.freeze({ isSharable: true });
    pipeline.addLast(shared, shared, plain, plain, frozen, frozen);
    const other = new EmbeddedChannel(shared, plain, frozen);
    expect(pipeline.names()).toHaveLength(6);
    expect(other.pipeline.names()).toEqual(['Shared#0', 'Handler#0', 'Handler#1']);
    other.finish();
  });
});

describe('removing', () => {
  test('by name, by itself, by class, from either end; returns the handler', () => {
    const handlers = [new Codec(), new Echo(), new SpecialCodec(), {}, {}] as const;
    pipeline.addLast(...handlers);
    expect(pipeline.remove('Codec#0')).toBe(handlers[0]);
    expect(pipeline.remove(handlers[1])).toBe(handlers[1]);
    expect(pipeline.remove(Codec)).toBe(handlers[2]);
    expect(pipeline.removeLast()).toBe(handlers[4]);
    expect(pipeline.removeFirst()).toBe(handlers[3]);
    expect(pipeline.names()).toEqual([]);
  });

  test('what is not there is refused, or null with removeIfExists (rule 22)', () => {
    expect(() => pipeline.remove('x')).toThrow(noSuch('x: no such handler; the pipeline has []'));
    expect(() => pipeline.remove(new Codec())).toThrow(noSuch('Codec: no such handler; the pipeline has []'));
    expect(() => pipeline.remove(Codec)).toThrow(noSuch('Codec: no such handler; the pipeline has []'));
    expect(() => pipeline.removeFirst()).toThrow(noSuch('The pipeline has no handlers'));
    expect(() => pipeline.removeLast()).toThrow(noSuch('The pipeline has no handlers'));
    expect([pipeline.removeIfExists('x'), pipeline.removeIfExists(Codec)]).toEqual([null, null]);
    const [codec, second, third] = [new Codec(), new Codec(), new Codec()];
    pipeline.addLast('x', codec).addLast(second, third);
    expect(pipeline.removeIfExists('x')).toBe(codec);
    expect(pipeline.removeIfExists(third)).toBe(third);
    expect(pipeline.removeIfExists(third)).toBeNull();
    expect(pipeline.removeIfExists(Codec)).toBe(second);
  });

  test('the two ends cannot be removed (rule 11)', () => {
    const { head, tail } = pipeline as unknown as Record<'head' | 'tail', core.ChannelHandlerContext>;
    for (const end of [head, tail]) {
      expect(() => pipeline.remove(end.name)).toThrow(core.NoSuchHandlerException);
      expect(() => pipeline.remove(end.handler)).toThrow(core.NoSuchHandlerException);
    }
  });
});

describe('replacing (rule 19)', () => {
  test('puts a handler in the place of another and returns that', () => {
    const old = new Codec();
    pipeline.addLast('a', {}).addLast('b', old).addLast('c', {});
    const fresh = new Echo();
    expect(pipeline.replace('b', 'new', fresh)).toBe(old);
    expect(pipeline.names()).toEqual(['a', 'new', 'c']);
    expect(pipeline.replace(fresh, 'new', new Codec())).toBe(fresh);
    expect(pipeline.replace(Codec, null, new Codec())).toBeInstanceOf(Codec);
    expect(pipeline.names()).toEqual(['a', 'Codec#0', 'c']);
    expect(() => pipeline.replace('zz', null, {})).toThrow(core.NoSuchHandlerException);
  });

  test('one sharable handler under several names goes name by name, and may be renamed', () => {
    const shared = new Shared();
    pipeline.addLast('a', shared).addLast('b', shared).addLast('c', shared);
    const [first, third] = [new Codec(), new Codec()];
    pipeline.replace('c', 'c', third);
    pipeline.replace('a', 'first', first);
    expect([...pipeline]).toEqual([
      ['first', first],
      ['b', shared],
      ['c', third],
    ]);
    pipeline.replace('b', 'second', shared);
    expect([pipeline.get('a'), pipeline.get('b'), pipeline.get('second')]).toEqual([null, null, shared]);
  });
});

describe('looking up', () => {
  test('finds by name and by class, the first from the head', () => {
    const [special, codec] = [new SpecialCodec(), new Codec()];
    pipeline.addLast('s', special).addLast('c', codec);
    expect([pipeline.get('s'), pipeline.get('c'), pipeline.get('x')]).toEqual([special, codec, null]);
    expect([pipeline.get(SpecialCodec), pipeline.get(Codec), pipeline.get(Echo)]).toEqual([
      special,
      special,
      null,
    ]);
    expect(pipeline.context(codec)).toMatchObject({ name: 'c', handler: codec, pipeline, channel });
    expect(pipeline.context(Codec)?.name).toBe('s');
    expect(pipeline.context(new Codec())).toBeNull();
    expect([pipeline.first, pipeline.last]).toEqual([special, codec]);
    expect([pipeline.firstContext?.name, pipeline.lastContext?.name]).toEqual(['s', 'c']);
  });

  test('lists names and handlers in order', () => {
    const [a, b] = [new Codec(), {}];
    pipeline.addLast('a', a).addLast('b', b);
    expect([...pipeline]).toEqual([
      ['a', a],
      ['b', b],
    ]);
    expect([...pipeline.toMap().keys()]).toEqual(['a', 'b']);
    expect(String(pipeline)).toBe('ChannelPipeline{(a = Codec), (b = Handler)}');
    expect(String(pipeline.firstContext)).toBe(`ChannelHandlerContext(a, ${String(channel)})`);
  });
});
