import {
  type AnyChannelHandler,
  type ChannelHandlerContext,
  type ChannelPipeline,
  EmbeddedChannel,
  type Logger,
  setLogger,
} from '@sluice/core';
import fc from 'fast-check';
import {
  type Act,
  CALLBACKS,
  type Callback,
  type Edit,
  type Fire,
  Model,
  Names,
  type Script,
} from './model.js';

const seed = Number(process.env.FAST_CHECK_SEED ?? 42);

beforeAll(() => setLogger({ debug() {}, info() {}, warn() {}, error() {} } satisfies Logger));
afterAll(() => setLogger());

/** The real pipeline, with handlers that follow their scripts and note the same trace as the model. */
class System {
  readonly trace: string[] = [];
  readonly #names = new Names();
  readonly channel: EmbeddedChannel;

  constructor() {
    const { trace } = this;
    class Noting extends EmbeddedChannel {
      protected override filterOutboundMessage(message: unknown): unknown {
        trace.push(`head write ${message}`);
        return message;
      }
      protected override flushRequested(): void {
        trace.push('head flush');
      }
    }
    this.channel = new Noting();
    this.channel.config.autoRead = false;
    this.channel.pipeline.unhandled = {
      message: (_channel, message) => void trace.push(`tail channelRead ${message}`),
      userEvent: (_channel, event) => void trace.push(`tail userEventTriggered ${event}`),
      exception: (_channel, cause) => void trace.push(`tail exceptionCaught ${cause.message}`),
    };
  }

  get pipeline(): ChannelPipeline {
    return this.channel.pipeline;
  }

  step(each: Edit | Fire): void {
    if ('kind' in each) this.edit(each);
    else this.fire(each);
  }

  edit({ kind, at, brings }: Edit): void {
    const names = this.pipeline.names();
    const base = names[at % names.length];
    if (base === undefined && kind !== 'addFirst' && kind !== 'addLast') return;
    if (kind === 'remove') {
      this.pipeline.remove(base as string);
      return;
    }
    const name = kind === 'replaceSameName' ? (base as string) : this.#names.next();
    const handler = this.#scripted(name, brings);
    if (kind === 'addFirst' || kind === 'addLast') this.pipeline[kind](name, handler);
    else if (kind === 'addBefore' || kind === 'addAfter') this.pipeline[kind](base as string, name, handler);
    else this.pipeline.replace(base as string, name, handler);
  }

  fire({ callback, detail, from }: Fire): void {
    const names = this.pipeline.names();
    const start = from === undefined ? null : this.pipeline.context(names[from % names.length] ?? '');
    const at = start ?? this.pipeline;
    if (callback === 'channelRead') at.fireChannelRead(detail);
    else if (callback === 'userEventTriggered') at.fireUserEventTriggered(detail);
    else if (callback === 'exceptionCaught') at.fireExceptionCaught(new Error(detail));
    else if (callback === 'flush') at.flush();
    else {
      at.write(detail).addListener((done) => {
        if (done.cause !== null && this.channel.isOpen)
          this.trace.push(`promise of ${detail} failed: ${done.cause.message}`);
      });
    }
  }

  #scripted(name: string, script: Script): AnyChannelHandler {
    const done = new Set<Act>();
    const run = (what: string, act: Act, forward: () => unknown): void => {
      this.trace.push(`${name} ${what}`);
      if (!done.has(act)) {
        done.add(act);
        for (const each of act.first) this.step(each);
      }
      if (act.end === 'throw') throw new Error(name);
      if (act.end === 'forward') forward();
    };
    const callbacks: Record<Callback, (act: Act) => (ctx: ChannelHandlerContext, ...args: never[]) => void> =
      {
        channelRead: (act) => (ctx, message) =>
          run(`channelRead ${message}`, act, () => ctx.fireChannelRead(message)),
        userEventTriggered: (act) => (ctx, event) =>
          run(`userEventTriggered ${event}`, act, () => ctx.fireUserEventTriggered(event)),
        exceptionCaught: (act) => (ctx, cause: Error) =>
          run(`exceptionCaught ${cause.message}`, act, () => ctx.fireExceptionCaught(cause)),
        write: (act) => (ctx, message, promise) =>
          run(`write ${message}`, act, () => ctx.write(message, promise)),
        flush: (act) => (ctx) => run('flush', act, () => ctx.flush()),
      };
    const implemented = Object.entries(script.on).map(([callback, act]) => [
      callback,
      callbacks[callback as Callback](act),
    ]);
    return {
      ...Object.fromEntries(implemented),
      handlerAdded: () => run('handlerAdded', script.added, () => {}),
      handlerRemoved: () => run('handlerRemoved', script.removed, () => {}),
    };
  }
}

/** Edits whose handlers bring, when they are called, further handlers; `depth` times. */
function edits(depth: number): fc.Arbitrary<Edit> {
  return fc.record({
    kind: fc.constantFrom<Edit['kind'][]>(
      'addFirst',
      'addLast',
      'addBefore',
      'addAfter',
      'remove',
      'remove',
      'replace',
      'replaceSameName',
    ),
    at: fc.nat(1000),
    brings: scripts(depth),
  });
}

function scripts(depth: number): fc.Arbitrary<Script> {
  const act: fc.Arbitrary<Act> = fc.record({
    first: depth === 0 ? fc.constant([]) : fc.array(steps(depth - 1), { maxLength: 2 }),
    end: fc.constantFrom('forward', 'forward', 'forward', 'swallow', 'throw'),
  });
  // Mostly nothing: a pipeline in which every second handler throws when it is added never gets long.
  const quiet = fc.oneof(
    { weight: 4, arbitrary: fc.constant<Act>({ first: [], end: 'swallow' }) },
    { weight: 1, arbitrary: act },
  );
  const on = fc.record(Object.fromEntries(CALLBACKS.map((callback) => [callback, act])), {
    requiredKeys: [],
  });
  return fc.record({ on, added: quiet, removed: quiet });
}

const fires: fc.Arbitrary<Fire> = fc.record({
  callback: fc.constantFrom(...CALLBACKS),
  detail: fc.constantFrom('a', 'b', 'c'),
  from: fc.option(fc.nat(1000), { nil: undefined }),
});

function steps(depth: number): fc.Arbitrary<Edit | Fire> {
  return fc.oneof({ weight: 3, arbitrary: edits(depth) }, { weight: 2, arbitrary: fires });
}

test('any edits and events, also edits by the handlers themselves, give the trace of a plain list', () => {
  let entries = 0;
  /** The same handlers are there, and saw the same since the last look. */
  const agree = (system: System, model: Model): void => {
    const expected = model.trace.splice(0);
    entries += expected.length;
    expect(system.trace.splice(0)).toEqual(expected);
    expect(system.pipeline.names()).toEqual(model.names());
  };
  fc.assert(
    fc.property(fc.array(steps(2), { minLength: 20, maxLength: 40 }), (script) => {
      const model = new Model();
      const system = new System();
      for (const each of script) {
        for (const side of [model, system]) side.step(each);
        agree(system, model);
      }
      system.channel.close();
      model.close();
      agree(system, model);
    }),
    { seed, numRuns: 200 },
  );
  // Not all about nothing.
  expect(entries).toBeGreaterThan(10_000);
});
