import { type AnyChannelHandler, EmbeddedChannel } from '@sluice/core';
import fc from 'fast-check';

const seed = Number(process.env.FAST_CHECK_SEED ?? 42);

/** The callbacks that a handler of the model may implement. */
const CALLBACKS = ['channelRead', 'channelReadComplete', 'write', 'flush', 'read'] as const;
type Callback = (typeof CALLBACKS)[number];

interface ModelHandler {
  readonly name: string;
  readonly implemented: ReadonlySet<Callback>;
}

/** What the pipeline should be: a plain list, walked naively. */
class Model {
  readonly handlers: ModelHandler[] = [];

  visited(callback: Callback): string[] {
    const names = this.handlers
      .filter((h) => h.implemented.has(callback))
      .map((h) => `${h.name} ${callback}`);
    return callback.startsWith('channel') ? names : names.reverse();
  }

  /**
   * `writeAndFlush`: the nearest handler of either operation gets the write, which then travels on by itself, and the
   * flush.
   */
  writtenAndFlushed(): string[] {
    return [...this.visited('write'), ...this.visited('flush')];
  }
}

class System {
  readonly channel = new EmbeddedChannel();
  readonly visits: string[] = [];
  #names = 0;

  handler(implemented: ReadonlySet<Callback>): {
    readonly name: string;
    readonly handler: AnyChannelHandler;
  } {
    const name = `h${this.#names++}`;
    const note = (callback: Callback): void => void this.visits.push(`${name} ${callback}`);
    const all: Pick<AnyChannelHandler, Callback> = {
      channelRead: (ctx, message) => {
        note('channelRead');
        ctx.fireChannelRead(message);
      },
      channelReadComplete: (ctx) => {
        note('channelReadComplete');
        ctx.fireChannelReadComplete();
      },
      write: (ctx, message, promise) => {
        note('write');
        ctx.write(message, promise);
      },
      flush: (ctx) => {
        note('flush');
        ctx.flush();
      },
      read: (ctx) => {
        note('read');
        ctx.read();
      },
    };
    const handler = Object.fromEntries(
      Object.entries(all).filter(([key]) => implemented.has(key as Callback)),
    );
    return { name, handler };
  }

  /** Which handlers each event visits. */
  probe(): Record<string, string[]> {
    const { channel } = this;
    const taken = (): string[] => this.visits.splice(0);
    channel.config.autoRead = false;
    taken();
    const probes: Record<string, () => unknown> = {
      channelRead: () => channel.pipeline.fireChannelRead('m'),
      channelReadComplete: () => channel.pipeline.fireChannelReadComplete(),
      write: () => channel.write('m'),
      flush: () => channel.flush(),
      writeAndFlush: () => channel.writeAndFlush('m'),
      read: () => channel.read(),
    };
    const seen = Object.entries(probes).map(([event, run]): [string, string[]] => {
      run();
      return [event, taken()];
    });
    channel.releaseInbound();
    channel.releaseOutbound();
    return Object.fromEntries(seen);
  }
}

function expected(model: Model): Record<string, string[]> {
  return {
    ...Object.fromEntries(CALLBACKS.map((callback) => [callback, model.visited(callback)])),
    writeAndFlush: model.writtenAndFlushed(),
  };
}

const implementedBy = fc.subarray([...CALLBACKS]).map((some) => new Set<Callback>(some));
const edit = fc.record({
  kind: fc.constantFrom('addFirst', 'addLast', 'addBefore', 'addAfter', 'remove', 'replace'),
  at: fc.nat(1000),
  implemented: implementedBy,
  /** Some edits follow each other without an event between, so that stale references could pile up. */
  probe: fc.boolean(),
});
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

function apply(
  { kind, at, implemented }: Edit,
  model: Model,
  { channel, handler }: System,
  made: System,
): void {
  const { pipeline } = channel;
  const list = model.handlers;
  const i = list.length === 0 ? 0 : at % list.length;
  const base = list[i]?.name;
  if (base === undefined || kind === 'addFirst' || kind === 'addLast') {
    if (kind === 'remove' || kind === 'replace') return;
    const added = handler.call(made, implemented);
    if (kind === 'addFirst') {
      pipeline.addFirst(added.name, added.handler);
      list.unshift({ name: added.name, implemented });
    } else {
      pipeline.addLast(added.name, added.handler);
      list.push({ name: added.name, implemented });
    }
    return;
  }
  if (kind === 'remove') {
    pipeline.remove(base);
    list.splice(i, 1);
    return;
  }
  const { name, handler: fresh } = handler.call(made, implemented);
  const entry = { name, implemented };
  if (kind === 'replace') {
    pipeline.replace(base, name, fresh);
    list.splice(i, 1, entry);
  } else if (kind === 'addBefore') {
    pipeline.addBefore(base, name, fresh);
    list.splice(i, 0, entry);
  } else {
    pipeline.addAfter(base, name, fresh);
    list.splice(i + 1, 0, entry);
  }
}

test('events visit exactly the handlers that a naive walk finds, after any edits', () => {
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 40 }), (edits) => {
      const model = new Model();
      const system = new System();
      for (const each of edits) {
        apply(each, model, system, system);
        expect(system.channel.pipeline.names()).toEqual(model.handlers.map((h) => h.name));
        if (each.probe) expect(system.probe()).toEqual(expected(model));
      }
      expect(system.probe()).toEqual(expected(model));
      system.channel.finishAndReleaseAll();
    }),
    { seed, numRuns: 300 },
  );
});

test('the same holds for events that start at a context in the middle', () => {
  fc.assert(
    fc.property(fc.array(edit, { minLength: 5, maxLength: 25 }), fc.nat(1000), (edits, at) => {
      const model = new Model();
      const system = new System();
      for (const each of edits) {
        apply(each, model, system, system);
        if (model.handlers.length === 0) continue;
        const i = at % model.handlers.length;
        const ctx = system.channel.pipeline.context((model.handlers[i] as ModelHandler).name);
        const after = (callback: Callback): string[] =>
          model.handlers.flatMap((h, k) =>
            k > i && h.implemented.has(callback) ? [`${h.name} ${callback}`] : [],
          );
        const before = (callback: Callback): string[] =>
          model.handlers
            .flatMap((h, k) => (k < i && h.implemented.has(callback) ? [`${h.name} ${callback}`] : []))
            .reverse();
        system.visits.length = 0;
        ctx?.fireChannelRead('m').fireChannelReadComplete().flush();
        ctx?.writeAndFlush('w');
        expect(system.visits.splice(0).filter((visit) => !visit.endsWith(' read'))).toEqual([
          ...after('channelRead'),
          ...after('channelReadComplete'),
          ...before('flush'),
          ...before('write'),
          ...before('flush'),
        ]);
      }
      system.channel.finishAndReleaseAll();
    }),
    { seed, numRuns: 200 },
  );
});
