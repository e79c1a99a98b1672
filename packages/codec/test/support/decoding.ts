import { Buffer } from 'node:buffer';
import { type AnyChannelHandler, EmbeddedChannel } from '@sluice/core';
import fc from 'fast-check';

/** Text as bytes, where `<…>` encloses bytes in hexadecimal: `'<000c>HELLO, WORLD'`. */
export function bytes(notation: string): Buffer {
  const parts = notation.split(/(<[0-9a-f ]*>)/);
  return Buffer.concat(
    parts.map((part) =>
      /^<[0-9a-f ]*>$/.test(part)
        ? Buffer.from(part.replace(/[<> ]/g, ''), 'hex')
        : Buffer.from(part, 'latin1'),
    ),
  );
}

/** Bytes in the notation of {@link bytes}, with hexadecimal for what is no letter, digit or usual sign. */
export function shown(content: Uint8Array): string {
  return Buffer.from(content)
    .toString('latin1')
    .replace(/[^ -;=?-~]+/g, (run) => `<${Buffer.from(run, 'latin1').toString('hex')}>`);
}

/** What comes out of an inbound handler: `frame`, `! error`, or the event's name in brackets. */
export class Outcome {
  readonly channel: EmbeddedChannel = new EmbeddedChannel();
  log: string[] = [];
  readonly messages: unknown[] = [];
  readonly errors: Error[] = [];

  /** @param onMessage called for each message, before it is noted */
  constructor(handler: AnyChannelHandler, onMessage: (message: unknown) => void = () => {}) {
    this.channel.pipeline.addLast('codec', handler);
    this.channel.pipeline.addLast('outcome', {
      channelRead: (_ctx, message) => {
        this.log.push(message instanceof Uint8Array ? shown(message) : String(message));
        this.messages.push(message);
        onMessage(message);
      },
      channelReadComplete: () => void this.log.push('[readComplete]'),
      exceptionCaught: (_ctx, cause) => {
        this.log.push(`! ${cause.name}: ${cause.message}`);
        this.errors.push(cause);
      },
      channelInactive: () => void this.log.push('[inactive]'),
      userEventTriggered: (_ctx, event) => void this.log.push(`[${(event as object).constructor.name}]`),
    });
  }

  /** One read with these chunks; returns what came out, without `[readComplete]`. */
  read(...chunks: (string | Uint8Array | unknown)[]): string[] {
    this.log = [];
    this.channel.writeInbound(...chunks.map((chunk) => (typeof chunk === 'string' ? bytes(chunk) : chunk)));
    return this.log.filter((line) => line !== '[readComplete]');
  }

  /** Closes the channel; returns all that came out meanwhile. */
  close(): string[] {
    this.log = [];
    this.channel.finishAndReleaseAll();
    return this.log;
  }
}

/** What a new decoder makes of some chunks, each one read, and of the end. Consecutive errors and frames in order. */
export function decoded(handler: AnyChannelHandler, chunks: readonly Uint8Array[]): string[] {
  const outcome = new Outcome(handler);
  const log = chunks.flatMap((chunk) => outcome.read(chunk));
  return [...log, ...outcome.close().filter((line) => !line.startsWith('['))];
}

/** One read a byte. */
export function drip(content: Uint8Array): Uint8Array[] {
  return Array.from(content, (_byte, i) => content.subarray(i, i + 1));
}

/** A fixed seed: a failure on one machine is the same failure on the next. Set FAST_CHECK_SEED for others. */
const SEED = Number(process.env.FAST_CHECK_SEED ?? 42);

export function check<T>(property: fc.IRawProperty<T>, numRuns = 200): void {
  fc.assert(property, { seed: SEED, numRuns });
}

/** Ways to cut `content` into chunks, empty ones among them. */
export function cutsOf(content: Uint8Array): fc.Arbitrary<Uint8Array[]> {
  return fc.array(fc.nat(content.length), { maxLength: 12 }).map((cuts) => {
    const at = [0, ...cuts.sort((a, b) => a - b), content.length];
    return at.slice(1).map((end, i) => content.subarray(at[i] as number, end));
  });
}
