import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type AnyChannelHandler, type ChannelHandlerContext, EmbeddedChannel } from '@sluice/core';
import { ticksLater } from './tracing.js';

const EDITS = 100_000;
/** A travelling event that is always overtaken by new handlers would never arrive. */
const EDITS_PER_TRAVEL = 40;
const MOST_HANDLERS = 30;

interface Links {
  readonly head: Linked;
  readonly tail: Linked;
}
interface Linked {
  readonly name: string;
  readonly prev: Linked | null;
  readonly next: Linked | null;
  readonly linked: boolean;
}

/** Numbers from a seed, the same on every machine. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** A crowd of handlers that edit their pipeline at random whenever anything happens to them. */
class Crowd {
  readonly channel = new EmbeddedChannel();
  readonly faults: string[] = [];
  /** Handlers that are in the pipeline, as they know it themselves. */
  readonly present = new Set<string>();
  edits = 0;
  visits = 0;
  #left = 0;
  #travel = 0;
  #names = 0;
  #nesting = 0;
  readonly #random: (below: number) => number;

  constructor(seed: number) {
    this.#random = randomFrom(seed);
    for (let i = 0; i < 10; i++) this.channel.pipeline.addLast(...this.#fresh());
  }

  get pipeline() {
    return this.channel.pipeline;
  }

  #fresh(): [string, AnyChannelHandler] {
    const name = `h${this.#names++}`;
    let added = 0;
    let removed = 0;
    let last = 0;
    const visit = (ctx: ChannelHandlerContext): void => {
      this.visits++;
      if (added !== 1 || removed !== 0)
        this.faults.push(`${name} visited: added ${added}, removed ${removed}`);
      if (last === this.#travel) this.faults.push(`${name} visited twice by travel ${last}`);
      last = this.#travel;
      this.#editNear(ctx);
    };
    const handler: AnyChannelHandler = {
      handlerAdded: (ctx) => {
        if (++added > 1 || removed > 0) this.faults.push(`${name} added ${added} times, removed ${removed}`);
        this.present.add(name);
        if (this.#random(8) === 0) this.#editNear(ctx);
      },
      handlerRemoved: (ctx) => {
        if (++removed > 1 || added !== 1)
          this.faults.push(`${name} removed ${removed} times, added ${added}`);
        this.present.delete(name);
        if (this.#random(8) === 0) this.#editNear(ctx);
      },
    };
    // Some care for one direction, some for both.
    const kind = this.#random(3);
    if (kind !== 0)
      handler.channelRead = (ctx, message) => {
        visit(ctx);
        ctx.fireChannelRead(message);
      };
    if (kind !== 1)
      handler.write = (ctx, message, promise) => {
        visit(ctx);
        ctx.write(message, promise);
      };
    return [name, handler];
  }

  /** A few edits: of the handler itself, before it, behind it, anywhere. */
  #editNear(ctx: ChannelHandlerContext): void {
    if (this.#nesting >= 4) return;
    this.#nesting++;
    for (let i = this.#random(3); i > 0 && this.#left > 0; i--) this.#edit(ctx);
    this.#nesting--;
  }

  #edit(ctx: ChannelHandlerContext): void {
    const { pipeline } = this;
    const names = pipeline.names();
    const self = names.includes(ctx.name) && this.#random(3) === 0;
    const base = self ? ctx.name : names[this.#random(Math.max(1, names.length))];
    this.#left--;
    this.edits++;
    const kind = this.#random(6);
    if (base === undefined || (kind === 0 && names.length < MOST_HANDLERS))
      pipeline.addFirst(...this.#fresh());
    else if (kind === 1 && names.length < MOST_HANDLERS) pipeline.addLast(...this.#fresh());
    else if (kind === 2 && names.length < MOST_HANDLERS) pipeline.addBefore(base, ...this.#fresh());
    else if (kind === 3 && names.length < MOST_HANDLERS) pipeline.addAfter(base, ...this.#fresh());
    else if (kind === 4) pipeline.replace(base, ...this.#fresh());
    else pipeline.remove(base);
  }

  /** An event goes through, one way or the other. */
  travel(): void {
    this.#travel++;
    this.#left = EDITS_PER_TRAVEL;
    if (this.#travel % 2 === 0) {
      this.pipeline.fireChannelRead(this.#travel);
      if (this.channel.readInbound() !== this.#travel) this.faults.push(`${this.#travel} did not arrive`);
    } else {
      this.channel.write(this.#travel);
      this.channel.flush();
      if (this.channel.readOutbound() !== this.#travel) this.faults.push(`${this.#travel} did not arrive`);
    }
    // What left the pipeline grows back.
    this.#left = EDITS_PER_TRAVEL;
    while (this.pipeline.names().length < 5) {
      this.edits++;
      this.pipeline.addLast(...this.#fresh());
    }
  }

  /** Nobody edits any more: what is put behind the one that is being removed would stay, as in Netty. */
  close(): void {
    this.#left = 0;
    this.channel.close();
  }

  /** The list reads the same both ways, and holds those that think they are in it. */
  expectWellFormed(): void {
    const { head, tail } = this.pipeline as unknown as Links;
    const forth: Linked[] = [];
    for (let at = head.next; at !== null && at !== tail; at = at.next) forth.push(at);
    const back: Linked[] = [];
    for (let at = tail.prev; at !== null && at !== head; at = at.prev) back.push(at);
    expect(forth.map((at) => at.name)).toEqual(back.map((at) => at.name).reverse());
    expect(forth.every((at) => at.linked)).toBe(true);
    const names = this.pipeline.names();
    expect(names).toEqual(forth.map((at) => at.name));
    expect([...this.present].sort()).toEqual([...names].sort());
    expect(this.faults).toEqual([]);
  }
}

test.each([1, 2, 3])('100,000 edits at random while events travel keep the list whole (seed %d)', (seed) => {
  const crowd = new Crowd(seed);
  for (let checked = 0; crowd.edits < EDITS; ) {
    crowd.travel();
    if (crowd.edits - checked < 1000) continue;
    checked = crowd.edits;
    crowd.expectWellFormed();
  }
  crowd.expectWellFormed();
  expect(crowd.visits).toBeGreaterThan(EDITS / 4);
  crowd.close();
  expect([...crowd.present]).toEqual([]);
  expect(crowd.faults).toEqual([]);
});

test('what 100,000 edits took out is not kept by what stays', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const channel = new EmbeddedChannel({
    channelRead: (ctx, message) => void ctx.fireChannelRead(message),
    write: (ctx, message, promise) => void ctx.write(message, promise),
  });
  const { pipeline } = channel;
  const [first] = pipeline.names() as [string];
  const gone: WeakRef<object>[] = [];
  const fresh = (): AnyChannelHandler => ({
    channelRead: (ctx, message) => void ctx.fireChannelRead(message),
    write: (ctx, message, promise) => void ctx.write(message, promise),
  });
  for (let i = 0; i < EDITS / 4; i++) {
    // Each handler is found by events, so that its neighbours know the way to it, then replaced, then removed.
    pipeline.addAfter(first, 'x', fresh());
    channel.writeInbound(i);
    if (i % 1000 === 0) gone.push(new WeakRef(pipeline.context('x') as object));
    pipeline.replace('x', 'y', fresh());
    channel.writeOutbound(i);
    if (i % 1000 === 0)
      gone.push(new WeakRef(pipeline.context('y') as object), new WeakRef(pipeline.get('y') as object));
    pipeline.remove('y');
    pipeline.addFirst('z', fresh());
    pipeline.removeFirst();
    channel.releaseInbound();
    channel.releaseOutbound();
  }
  await ticksLater();
  collect();
  expect(gone).toHaveLength(75);
  expect(gone.filter((ref) => ref.deref() !== undefined)).toEqual([]);
  expect(pipeline.names()).toEqual([first]);
  channel.finish();
});
