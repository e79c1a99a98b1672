import { Buffer } from 'node:buffer';
import type { Random } from './Random.js';

/** Longest input: models are written for clarity, and take the square of it. */
const MAX_INPUT = 1024;

/** Numbers at which something tends to change. */
const BOUNDARIES = [
  0n,
  1n,
  0x7fn,
  0x80n,
  0xffn,
  0x7fffn,
  0x8000n,
  0xffffn,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
].concat([2n ** 53n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n]);

/** What an input can be changed with. */
export interface Material {
  readonly dictionary: readonly Uint8Array[];
  readonly corpus: readonly Uint8Array[];
}

type Mutation = (input: Buffer, random: Random, material: Material) => Buffer;

const replaced = (input: Buffer, at: number, removed: number, added: Uint8Array): Buffer =>
  Buffer.concat([input.subarray(0, at), added, input.subarray(at + removed)]);

/** A piece of the input. */
function pieceOf(input: Buffer, random: Random): [at: number, length: number] {
  const at = random.below(input.length + 1);
  return [at, random.below(Math.min(64, input.length - at) + 1)];
}

const MUTATIONS: readonly Mutation[] = [
  function flipBit(input, random) {
    const copy = Buffer.from(input);
    const at = random.below(copy.length);
    if (copy.length > 0) copy[at] = (copy[at] as number) ^ (1 << random.below(8));
    return copy;
  },
  function setByte(input, random) {
    const copy = Buffer.from(input);
    if (copy.length > 0) copy[random.below(copy.length)] = random.below(256);
    return copy;
  },
  function remove(input, random) {
    const [at, length] = pieceOf(input, random);
    return replaced(input, at, length, Buffer.alloc(0));
  },
  function repeat(input, random) {
    const [at, length] = pieceOf(input, random);
    const piece = input.subarray(at, at + length);
    return replaced(input, at, 0, Buffer.concat(Array.from({ length: 1 + random.below(20) }, () => piece)));
  },
  function move(input, random) {
    const [at, length] = pieceOf(input, random);
    const piece = Buffer.from(input.subarray(at, at + length));
    const rest = replaced(input, at, length, Buffer.alloc(0));
    return replaced(rest, random.below(rest.length + 1), 0, piece);
  },
  function insertWord(input, random, { dictionary }) {
    return replaced(input, random.below(input.length + 1), 0, random.of(dictionary));
  },
  function overwriteWithWord(input, random, { dictionary }) {
    const word = random.of(dictionary);
    return replaced(input, random.below(input.length + 1), word.length, word);
  },
  function boundary(input, random) {
    const number = Buffer.alloc(8);
    number.writeBigUInt64BE(random.of(BOUNDARIES));
    const field = number.subarray(8 - random.of([1, 2, 3, 4, 8]));
    if (random.below(2) === 0) field.reverse();
    return replaced(input, random.below(input.length + 1), random.below(2) * field.length, field);
  },
  function noise(input, random) {
    const bytes = Uint8Array.from({ length: 1 + random.below(16) }, () => random.below(256));
    return replaced(input, random.below(input.length + 1), 0, bytes);
  },
  function splice(input, random, { corpus }) {
    const other = Buffer.from(random.of(corpus));
    const [at, length] = pieceOf(other, random);
    return replaced(input, random.below(input.length + 1), 0, other.subarray(at, at + length));
  },
  function cross(input, random, { corpus }) {
    const other = Buffer.from(random.of(corpus));
    return Buffer.concat([
      input.subarray(0, random.below(input.length + 1)),
      other.subarray(random.below(other.length + 1)),
    ]);
  },
];

/** Another input: one of the corpus with a few things changed. */
export function mutate(random: Random, material: Material): Buffer {
  let input = Buffer.from(random.of(material.corpus));
  for (let left = 1 << random.below(5); left > 0; left--) {
    input = Buffer.from(random.of(MUTATIONS)(input, random, material).subarray(0, MAX_INPUT));
  }
  return input;
}
