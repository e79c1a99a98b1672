import { Buffer } from 'node:buffer';
import type { Coverage } from './Coverage.js';
import { type Material, mutate } from './mutate.js';
import { Random } from './Random.js';
import type { Target } from './Target.js';

/** Inputs tried before the coverage is looked at, which takes much longer than one of them. */
const BATCH = 128;

/** An input that breaks what must be true. */
export interface Finding {
  /** As small as it could be made. */
  readonly input: Buffer;
  readonly error: unknown;
}

/**
 * Searches for an input that breaks a target: changes inputs at random, and keeps those that run code, or cause
 * behaviour, which no other has before. The same seed makes the same inputs.
 */
export class Fuzzer {
  readonly #target: Target;
  readonly #coverage: Coverage | undefined;
  readonly #random: Random;
  readonly #corpus: Uint8Array[];
  readonly #dictionary: readonly Uint8Array[];
  readonly #known: Set<string> = new Set();
  /** Inputs tried so far. */
  executions = 0;

  /** @param coverage what tells which code was run; without it only the behaviour counts */
  constructor(target: Target, seed: number, coverage?: Coverage) {
    this.#target = target;
    this.#coverage = coverage;
    this.#random = new Random(seed);
    this.#corpus = [...target.seeds];
    this.#dictionary = target.dictionary.map((word) => Buffer.from(word as string, 'latin1'));
  }

  /** Inputs that are worth changing. */
  get corpusSize(): number {
    return this.#corpus.length;
  }

  /** Kinds of behaviour and blocks of code that were seen. */
  get featureCount(): number {
    return this.#known.size;
  }

  /** Tries about `count` inputs; returns the first that breaks the target. */
  run(count: number): Finding | undefined {
    const end = this.#target.prepare?.();
    try {
      return this.#search(count);
    } finally {
      end?.();
    }
  }

  #search(count: number): Finding | undefined {
    const material: Material = { dictionary: this.#dictionary, corpus: this.#corpus };
    if (this.executions === 0) {
      const finding = this.#tryAll(this.#corpus.splice(0));
      this.#corpus.push(...this.#target.seeds);
      if (finding !== undefined) return finding;
    }
    for (const end = this.executions + count; this.executions < end; ) {
      const batch = Array.from({ length: BATCH }, () => mutate(this.#random, material));
      const finding = this.#tryAll(batch);
      if (finding !== undefined) return finding;
    }
    return undefined;
  }

  #tryAll(batch: readonly Uint8Array[]): Finding | undefined {
    this.#coverage?.take();
    const kept = new Set<Uint8Array>();
    for (const input of batch) {
      this.executions++;
      try {
        if (this.#learn(this.#target.run(input))) kept.add(input);
      } catch (error) {
        return { input: this.#minimized(input), error };
      }
    }
    const blocks = this.#coverage?.take() ?? [];
    if (blocks.some((block) => !this.#known.has(block))) this.#findNew(batch, kept);
    this.#learn(blocks);
    this.#corpus.push(...kept);
    return undefined;
  }

  /** Which of these inputs run something new? Halves them until it is known. */
  #findNew(inputs: readonly Uint8Array[], kept: Set<Uint8Array>): void {
    for (const input of inputs) this.#target.run(input);
    const blocks = this.#coverage?.take() ?? [];
    if (blocks.every((block) => this.#known.has(block))) return;
    const half = inputs.length >> 1;
    if (half > 0) {
      this.#findNew(inputs.slice(0, half), kept);
      this.#findNew(inputs.slice(half), kept);
    } else if (this.#learn(blocks)) kept.add(inputs[0] as Uint8Array);
  }

  /** Whether one of the features was not known. */
  #learn(features: readonly string[]): boolean {
    const before = this.#known.size;
    for (const feature of features) this.#known.add(feature);
    return this.#known.size > before;
  }

  /** Takes bytes away, and makes them simple, as long as the target still breaks. */
  #minimized(found: Uint8Array): Buffer {
    let input = Buffer.from(found);
    for (let size = input.length >> 1; size > 0; size >>= 1) {
      for (let at = 0; at < input.length; ) {
        const shorter = Buffer.concat([input.subarray(0, at), input.subarray(at + size)]);
        if (this.#breaks(shorter)) input = shorter;
        else at += size;
      }
    }
    for (let at = 0; at < input.length; at++) {
      for (const simple of [0, 0x61]) {
        const simpler = Buffer.from(input);
        simpler[at] = simple;
        if (input[at] !== 0 && this.#breaks(simpler)) input = simpler;
      }
    }
    return input;
  }

  #breaks(input: Uint8Array): boolean {
    try {
      this.#target.run(input);
      return false;
    } catch {
      return true;
    }
  }
}
