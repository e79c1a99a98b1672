import { invalidArgValue } from './errors.js';

const keys = new Map<string, AttributeKey<unknown>>();

/**
 * Names a typed slot of per-channel state. Keys are interned: `valueOf('user')` gives the same key everywhere.
 * Netty: AttributeKey.
 */
export class AttributeKey<T> {
  /** Only in the type: what the attribute holds. */
  declare readonly '~value': T;
  /** Unique. */
  readonly name: string;

  private constructor(name: string) {
    this.name = name;
  }

  /** The key of this name, made on first use. */
  static valueOf<T>(name: string): AttributeKey<T> {
    let key = keys.get(name);
    if (key === undefined) {
      key = new AttributeKey<unknown>(name);
      keys.set(name, key);
    }
    return key as AttributeKey<T>;
  }

  /** A key that must be new. Throws `TypeError` (`ERR_INVALID_ARG_VALUE`) when the name is taken. */
  static newInstance<T>(name: string): AttributeKey<T> {
    if (keys.has(name)) throw invalidArgValue(`'${name}' is already in use`);
    return AttributeKey.valueOf<T>(name);
  }

  /** Whether a key of this name was made. */
  static exists(name: string): boolean {
    return keys.has(name);
  }

  /** The name. */
  toString(): string {
    return this.name;
  }
}

/** One slot of an {@link AttributeMap}. Netty: Attribute. */
export class Attribute<T> {
  /** The key of the slot. */
  readonly key: AttributeKey<T>;
  #value: T | undefined;

  /** Made by `attr`. */
  constructor(key: AttributeKey<T>) {
    this.key = key;
  }

  /** The value, or `undefined` when none is set. */
  get(): T | undefined {
    return this.#value;
  }

  /** Sets the value; `undefined` removes it. */
  set(value: T | undefined): void {
    this.#value = value;
  }

  /** Sets the value and returns the one before. */
  getAndSet(value: T | undefined): T | undefined {
    const old = this.#value;
    this.#value = value;
    return old;
  }

  /** Sets the value if none is set; returns the value that was there, or `undefined` if this call set it. */
  setIfAbsent(value: T): T | undefined {
    if (this.#value !== undefined) return this.#value;
    this.#value = value;
    return undefined;
  }

  /** Sets the value if the present one is `expected`; returns whether it did. */
  compareAndSet(expected: T | undefined, value: T | undefined): boolean {
    if (this.#value !== expected) return false;
    this.#value = value;
    return true;
  }
}

/** Something that holds attributes. Netty: AttributeMap. */
export interface AttributeMap {
  /** The slot of this key, made on first use. */
  attr<T>(key: AttributeKey<T>): Attribute<T>;
  /** Whether the slot of this key holds a value. */
  hasAttr(key: AttributeKey<unknown>): boolean;
}

/** The map itself; costs nothing until the first `attr`. */
export class DefaultAttributeMap implements AttributeMap {
  #slots: Map<AttributeKey<unknown>, Attribute<unknown>> | undefined;

  attr<T>(key: AttributeKey<T>): Attribute<T> {
    this.#slots ??= new Map();
    let slot = this.#slots.get(key as AttributeKey<unknown>);
    if (slot === undefined) {
      slot = new Attribute<unknown>(key as AttributeKey<unknown>);
      this.#slots.set(key as AttributeKey<unknown>, slot);
    }
    return slot as Attribute<T>;
  }

  hasAttr(key: AttributeKey<unknown>): boolean {
    return this.#slots?.get(key)?.get() !== undefined;
  }
}
