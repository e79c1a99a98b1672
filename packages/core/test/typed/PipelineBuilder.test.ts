import type { Untyped } from '../../src/pipeline/HandlerTypes.js';
import { EmbeddedChannel } from '../../src/transport/embedded/EmbeddedChannel.js';
import { pipeline, pipelineOf } from '../../src/typed/PipelineBuilder.js';
import { Batcher, Counter, Echo, LineCodec, Shout } from './handlers.js';

/** The builder as JavaScript sees it: what the compiler would refuse must still fail with a clear error. */
const unchecked = (): { addLast(...args: unknown[]): { addLast(...args: unknown[]): unknown } } =>
  pipeline() as Untyped;

describe('addLast', () => {
  test('adds handlers in order, under their names or generated ones', async () => {
    const built = pipeline()
      .addLast('lines', () => new LineCodec())
      .addLast(() => new Echo())
      .build();
    const channel = new EmbeddedChannel(built);
    expect(channel.pipeline.names()).toEqual(['lines', 'Echo#0']);
    await channel.close();
  });

  test('leaves the builder as it was: two pipelines may start alike', async () => {
    const start = pipeline().addLast('lines', () => new LineCodec());
    const one = new EmbeddedChannel(start.addLast('echo', () => new Echo()).build());
    const other = new EmbeddedChannel(start.addLast('counter', new Counter()).build());
    const neither = new EmbeddedChannel(start.build());
    expect(one.pipeline.names()).toEqual(['lines', 'echo']);
    expect(other.pipeline.names()).toEqual(['lines', 'counter']);
    expect(neither.pipeline.names()).toEqual(['lines']);
    await Promise.all([one.close(), other.close(), neither.close()]);
  });

  test('takes no name twice, also when the compiler cannot see it', () => {
    const name: string = 'lines';
    const once = pipeline().addLast(name, () => new LineCodec());
    expect(() => once.addLast(name, () => new Echo())).toThrow(/^Duplicate handler name: lines$/);
    expect(() => once.addUnchecked(name, () => new Echo())).toThrow(/^Duplicate handler name: lines$/);
  });

  test('refuses a handler that is not sharable', () => {
    expect(() => unchecked().addLast(new Echo())).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_ARG_TYPE',
        message: expect.stringMatching(/^Echo is not sharable.*pass \(\) => new Echo\(\)/),
      }),
    );
    expect(() => unchecked().addLast('echo', { isSharable: false })).toThrow(/^Handler is not sharable/);
  });

  test.each([
    ['a class', [Echo], /pass \(\) => new Echo\(\), not the class/],
    ['no handler', [], /takes handler factories, not undefined/],
    ['null', [null], /takes handler factories, not null/],
    ['a name alone', ['echo'], /takes handler factories, not echo/],
    ['a name that is none', [7, () => new Echo()], /name of a handler is a string, not 7/],
  ])('refuses %s', (_what, args, message) => {
    expect(() => unchecked().addLast(...args)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE', message: expect.stringMatching(message) }),
    );
  });
});

test('addLastAt makes a generic handler for each channel', async () => {
  const built = pipeline()
    .addLast(() => new LineCodec())
    .addLastAt('pairs', (at) => new Batcher(at, 2))
    .build();
  const one = new EmbeddedChannel(built);
  const other = new EmbeddedChannel(built);
  one.writeInbound(Buffer.from('a\n'));
  other.writeInbound(Buffer.from('x\n'));
  one.writeInbound(Buffer.from('b\n'));
  expect(one.readInbound()).toEqual(['a', 'b']);
  expect(other.readInbound()).toBeNull();
  expect(built.tail(one).get('pairs')).not.toBe(built.tail(other).get('pairs'));
  await Promise.all([one.close(), other.close()]);
});

test('addUnchecked adds a handler without types, by factory or sharable', async () => {
  const counter = new Counter();
  const built = pipeline()
    .addLast(() => new LineCodec())
    .addUnchecked<string, string>('shout', () => new Shout())
    .addUnchecked<string, string>(counter)
    .addLast('echo', () => new Echo())
    .build();
  const channel = new EmbeddedChannel(built);
  expect(channel.pipeline.names()).toEqual(['LineCodec#0', 'shout', 'Counter#0', 'echo']);
  channel.writeInbound(Buffer.from('hi\n'));
  expect(String(channel.readOutbound())).toBe('echo HI\n');
  expect(counter.count).toBe(1);
  await channel.close();
});

describe('pipelineOf', () => {
  test('does what the calls of addLast do', async () => {
    const counter = new Counter();
    const built = pipelineOf(
      () => new LineCodec(),
      counter,
      () => new Echo(),
    );
    const channel = new EmbeddedChannel(built);
    expect(channel.pipeline.names()).toEqual(['LineCodec#0', 'Counter#0', 'Echo#0']);
    built.tail(channel).writeAndFlush('out');
    expect(String(channel.readOutbound())).toBe('out\n');
    await channel.close();
  });

  test('refuses what addLast refuses', () => {
    const loose = pipelineOf as (...sources: unknown[]) => unknown;
    expect(() => loose(new LineCodec())).toThrow(/^LineCodec is not sharable/);
    expect(() => loose(LineCodec)).toThrow(/not the class/);
  });
});
