/**
 * What a pipeline should do, said as simply as possible: an array of handlers, walked by name. Handlers follow a script,
 * which the model runs itself and which `scripted()` turns into a real handler.
 */

/** An edit at a place (`at`, modulo the number of handlers), with the handler it brings. */
export interface Edit {
  readonly kind: 'addFirst' | 'addLast' | 'addBefore' | 'addAfter' | 'remove' | 'replace' | 'replaceSameName';
  readonly at: number;
  readonly brings: Script;
}

/** An event, fired from the end where it enters or from the place of a handler (modulo their number). */
export interface Fire {
  readonly callback: Callback;
  readonly detail: string;
  readonly from: number | undefined;
}

/** What a callback does: edits and further events, when it is called for the first time, and how it ends. */
export interface Act {
  readonly first: readonly (Edit | Fire)[];
  readonly end: 'forward' | 'swallow' | 'throw';
}

/** The events that travel. */
export type Callback = 'channelRead' | 'userEventTriggered' | 'exceptionCaught' | 'write' | 'flush';
export const CALLBACKS: readonly Callback[] = [
  'channelRead',
  'userEventTriggered',
  'exceptionCaught',
  'write',
  'flush',
];

/** A handler: the callbacks it implements; `added` and `removed` run for every handler. */
export interface Script {
  readonly on: Partial<Record<Callback, Act>>;
  readonly added: Act;
  readonly removed: Act;
}

/** A name for the handler that an edit brings; counted, so that model and pipeline agree. */
export class Names {
  #count = 0;
  next(): string {
    return `h${this.#count++}`;
  }
}

type State = 'new' | 'added' | 'removed';

/** A handler in the model. Once it is out of the array it remembers who stood beside it. */
class Entry {
  state: State = 'new';
  readonly done = new Set<Act>();
  before: Entry | 'head' = 'head';
  after: Entry | 'tail' = 'tail';
  constructor(
    readonly name: string,
    readonly script: Script,
  ) {}
}

/** The array, and the trace of what its handlers saw. */
export class Model {
  readonly trace: string[] = [];
  readonly #list: Entry[] = [];
  readonly #names = new Names();
  #isOpen = true;

  names(): string[] {
    return this.#list.map((entry) => entry.name);
  }

  step(each: Edit | Fire): void {
    if ('kind' in each) this.edit(each);
    else this.fire(each);
  }

  // ---- edits -------------------------------------------------------------------------------------------------------

  edit({ kind, at, brings }: Edit): void {
    const list = this.#list;
    const i = list.length === 0 ? -1 : at % list.length;
    if (i < 0 && kind !== 'addFirst' && kind !== 'addLast') return;
    if (kind === 'remove') return this.#remove(list[i] as Entry);
    const old = list[i];
    const name = kind === 'replaceSameName' ? (old as Entry).name : this.#names.next();
    const entry = new Entry(name, brings);
    if (kind === 'replace' || kind === 'replaceSameName') {
      this.#detach(old as Entry);
      list.splice(i, 0, entry);
      (old as Entry).before = (old as Entry).after = entry;
      this.#tellAdded(entry);
      this.#tellRemoved(old as Entry);
      return;
    }
    const place = { addFirst: 0, addLast: list.length, addBefore: i, addAfter: i + 1 }[kind];
    list.splice(place, 0, entry);
    this.#tellAdded(entry);
  }

  #remove(entry: Entry): void {
    this.#detach(entry);
    this.#tellRemoved(entry);
  }

  #detach(entry: Entry): void {
    const i = this.#list.indexOf(entry);
    if (i < 0) return;
    entry.before = this.#list[i - 1] ?? 'head';
    entry.after = this.#list[i + 1] ?? 'tail';
    this.#list.splice(i, 1);
  }

  #tellAdded(entry: Entry): void {
    if (entry.state === 'removed') return;
    entry.state = 'added';
    if (this.#run(entry, 'handlerAdded', entry.script.added)) return;
    this.#detach(entry);
    const said = this.#isToldRemoved(entry) ? 'removed.' : 'also failed to remove.';
    this.#caughtAfter('head', `Handler.handlerAdded() has thrown an exception; ${said}`);
  }

  #tellRemoved(entry: Entry): void {
    if (!this.#isToldRemoved(entry))
      this.#caughtAfter('head', 'Handler.handlerRemoved() has thrown an exception.');
  }

  #isToldRemoved(entry: Entry): boolean {
    if (entry.state === 'removed') return true;
    const fine = this.#run(entry, 'handlerRemoved', entry.script.removed);
    entry.state = 'removed';
    return fine;
  }

  /** The channel closes: all go, the last first. */
  close(): void {
    this.#isOpen = false;
    let entry: Entry | 'head' = this.#list.at(-1) ?? 'head';
    while (entry !== 'head') {
      this.#detach(entry);
      this.#tellRemoved(entry);
      entry = entry.before;
    }
  }

  // ---- events ------------------------------------------------------------------------------------------------------

  fire({ callback, detail, from }: Fire): void {
    const inward = callback === 'write' || callback === 'flush';
    const start = from === undefined ? undefined : this.#list[from % this.#list.length];
    const at: Entry | 'head' | 'tail' = start ?? (inward ? 'tail' : 'head');
    if (callback === 'exceptionCaught') this.#caughtAfter(at as Entry | 'head', detail);
    else this.#travel(at, callback, detail);
  }

  #travel(
    from: Entry | 'head' | 'tail',
    callback: Exclude<Callback, 'exceptionCaught'>,
    detail: string,
  ): void {
    const entry = this.#nextOf(from, callback);
    if (typeof entry === 'string') {
      if (entry === 'tail' || this.#isOpen) this.trace.push(`${entry} ${said(callback, detail)}`);
      return;
    }
    const act = entry.script.on[callback] as Act;
    if (this.#run(entry, said(callback, detail), act)) {
      if (act.end === 'forward') this.#travel(entry, callback, detail);
    } else if (callback === 'write') {
      if (this.#isOpen) this.trace.push(`promise of ${detail} failed: ${entry.name}`);
    } else this.#caughtBy(entry, entry.name);
  }

  /** The handler that threw hears of it itself, if it can. */
  #caughtBy(entry: Entry, message: string): void {
    if (entry.state !== 'added' || entry.script.on.exceptionCaught === undefined) {
      this.#caughtAfter(entry, message);
      return;
    }
    const act = entry.script.on.exceptionCaught;
    if (this.#run(entry, `exceptionCaught ${message}`, act) && act.end === 'forward')
      this.#caughtAfter(entry, message);
  }

  #caughtAfter(from: Entry | 'head', message: string): void {
    const entry = this.#nextOf(from, 'exceptionCaught');
    if (typeof entry === 'string') this.trace.push(`${entry} exceptionCaught ${message}`);
    else this.#caughtBy(entry, message);
  }

  /** Who gets an event next: the first that implements it, was told of its addition, and was not told of its removal. */
  #nextOf(from: Entry | 'head' | 'tail', callback: Callback): Entry | 'head' | 'tail' {
    const step = callback === 'write' || callback === 'flush' ? -1 : 1;
    let at = this.#neighbour(from, step);
    while (typeof at !== 'string' && (at.state !== 'added' || at.script.on[callback] === undefined))
      at = this.#neighbour(at, step);
    return at;
  }

  #neighbour(from: Entry | 'head' | 'tail', step: 1 | -1): Entry | 'head' | 'tail' {
    if (from === 'head') return this.#list[0] ?? 'tail';
    if (from === 'tail') return this.#list.at(-1) ?? 'head';
    const i = this.#list.indexOf(from);
    if (i < 0) return step > 0 ? from.after : from.before;
    return this.#list[i + step] ?? (step > 0 ? 'tail' : 'head');
  }

  /** Runs a callback; false when it throws. */
  #run(entry: Entry, what: string, act: Act): boolean {
    this.trace.push(`${entry.name} ${what}`);
    if (!entry.done.has(act)) {
      entry.done.add(act);
      for (const each of act.first) this.step(each);
    }
    return act.end !== 'throw';
  }
}

/** How a trace names an event. */
function said(callback: Callback, detail: string): string {
  return callback === 'flush' ? callback : `${callback} ${detail}`;
}
