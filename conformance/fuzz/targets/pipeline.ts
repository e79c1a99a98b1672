import { type AnyChannelHandler, type ChannelHandlerContext, EmbeddedChannel } from '@sluice/core';
import { mustEqual, type Target, Violation } from '../Target.js';

/** What travels through the pipeline, and by whom it was seen. */
interface Traveller {
  readonly isInbound: boolean;
  readonly seenBy: Traced[];
}

/** Events a traced handler may have a callback for, as bits. */
const READ = 1;
const EVENT = 2;
const WRITE = 4;

/** A handler that notes what it sees and passes it on; it may be told to change the pipeline in the next callback. */
interface Traced {
  readonly name: string;
  readonly mask: number;
  readonly handler: AnyChannelHandler;
  state: 'new' | 'added' | 'removed';
  act: (() => void) | undefined;
}

/** A pipeline that is changed by a program, one byte after the other, beside a list of what should be in it. */
class Machine {
  readonly channel: EmbeddedChannel = new EmbeddedChannel();
  readonly #program: Uint8Array;
  #at = 0;
  #made = 0;
  #depth = 0;
  readonly #list: Traced[] = [];
  readonly behaviour: Set<string> = new Set();

  constructor(program: Uint8Array) {
    this.#program = program;
  }

  run(): void {
    while (this.#at < this.#program.length) {
      this.#step();
      mustEqual(
        'names',
        this.channel.pipeline.names(),
        this.#list.map(({ name }) => name),
      );
    }
    this.channel.close();
    for (const { name, state } of this.#list) {
      if (state !== 'removed') throw new Violation(`${name} is ${state} after the close`);
    }
    this.channel.checkException();
  }

  #next(limit: number): number {
    return (this.#program[this.#at++] ?? 0) % limit;
  }

  #step(): void {
    const { pipeline } = this.channel;
    const operation = this.#next(12);
    const place = this.#list.length === 0 ? undefined : this.#next(this.#list.length);
    this.behaviour.add(`${operation} at ${this.#depth}, ${Math.min(this.#list.length, 4)} there`);
    const there = place === undefined ? undefined : (this.#list[place] as Traced);
    switch (operation) {
      case 0:
      case 1:
        return this.#insert(this.#list.length, ({ name, handler }) => pipeline.addLast(name, handler));
      case 2:
        return this.#insert(0, ({ name, handler }) => pipeline.addFirst(name, handler));
      case 3:
        return this.#insert(place, ({ name, handler }) =>
          pipeline.addBefore(there?.name ?? '', name, handler),
        );
      case 4:
        return this.#insert(place === undefined ? place : place + 1, ({ name, handler }) =>
          pipeline.addAfter(there?.name ?? '', name, handler),
        );
      case 5:
        if (there === undefined) return;
        this.#list.splice(place as number, 1);
        pipeline.remove(there.name);
        if (there.state !== 'removed') throw new Violation(`${there.name} was not told of its removal`);
        return;
      case 6: {
        if (there === undefined) return;
        const made = this.#make();
        this.#list[place as number] = made;
        pipeline.replace(there.name, made.name, made.handler);
        if (there.state !== 'removed') throw new Violation(`${there.name} was not told of its replacement`);
        return;
      }
      case 7:
        return this.#travel(READ, true, (traveller) => pipeline.fireChannelRead(traveller));
      case 8:
        return this.#travel(EVENT, true, (traveller) => pipeline.fireUserEventTriggered(traveller));
      case 9:
        return this.#travel(WRITE, false, (traveller) => void this.channel.writeAndFlush(traveller));
      default:
        if (there !== undefined) there.act = () => this.#step();
    }
  }

  #insert(place: number | undefined, insert: (made: Traced) => unknown): void {
    if (place === undefined || this.#list.length >= 40) return;
    const made = this.#make();
    this.#list.splice(place, 0, made);
    insert(made);
    if (made.state !== 'added') throw new Violation(`${made.name} was not told that it was added`);
  }

  #make(): Traced {
    const name = `h${this.#made++}`;
    const mask = this.#next(8);
    const seen = (traveller: unknown): void => {
      if (traced.state !== 'added') throw new Violation(`${name} is ${traced.state}, and got something`);
      (traveller as Traveller).seenBy.push(traced);
      const { act } = traced;
      traced.act = undefined;
      act?.();
    };
    const handler: AnyChannelHandler = {
      handlerAdded: () => {
        if (traced.state !== 'new') throw new Violation(`${name} was added twice`);
        traced.state = 'added';
      },
      handlerRemoved: () => {
        if (traced.state !== 'added') throw new Violation(`${name} is ${traced.state}, and was removed`);
        traced.state = 'removed';
      },
      ...(mask & READ && {
        channelRead: (ctx: ChannelHandlerContext, message: unknown) => {
          seen(message);
          ctx.fireChannelRead(message);
        },
      }),
      ...(mask & EVENT && {
        userEventTriggered: (ctx: ChannelHandlerContext, event: unknown) => {
          seen(event);
          ctx.fireUserEventTriggered(event);
        },
      }),
      ...(mask & WRITE && {
        write: (ctx: ChannelHandlerContext, message: unknown, promise: never) => {
          seen(message);
          ctx.write(message, promise);
        },
      }),
    };
    const traced: Traced = { name, mask, handler, state: 'new', act: undefined };
    return traced;
  }

  /** Sends something through: those that were there all the time must have seen it once, in order. */
  #travel(bit: number, isInbound: boolean, send: (traveller: Traveller) => void): void {
    if (this.#depth > 20) return;
    const before = [...this.#list];
    const traveller: Traveller = { isInbound, seenBy: [] };
    this.#depth++;
    send(traveller);
    this.#depth--;
    this.channel.checkException();
    this.channel.inboundMessages.length = 0;
    this.channel.outboundMessages.length = 0;
    const twice = traveller.seenBy.find((traced, i) => traveller.seenBy.indexOf(traced) !== i);
    if (twice !== undefined) throw new Violation(`${twice.name} saw it twice`);
    const stayed = before.filter((traced) => traced.mask & bit && this.#list.includes(traced));
    if (!isInbound) stayed.reverse();
    const saw = traveller.seenBy.filter((traced) => stayed.includes(traced));
    mustEqual(
      'seen by',
      saw.map(({ name }) => name),
      stayed.map(({ name }) => name),
    );
  }
}

/** The pipeline under edits, also from within events. */
export const pipeline: Readonly<Record<string, Target>> = {
  pipeline: {
    dictionary: ['\x00\x07', '\x05\x00', '\x07\x00', '\x09\x00', '\x0a\x00', '\x06\x01', '\x0b\x02'],
    seeds: [
      '\x00\x07\x00\x00\x07\x07\x00\x09\x00',
      '\x00\x07\x00\x00\x07\x0a\x00\x07\x00\x05\x00\x07\x00',
      '\x02\x07\x02\x00\x07\x03\x01\x07\x0a\x01\x08\x00\x06\x00\x07',
    ].map((program) => Buffer.from(program, 'latin1')),
    run(input) {
      const machine = new Machine(input.subarray(0, 400));
      machine.run();
      return [...machine.behaviour];
    },
  },
};
