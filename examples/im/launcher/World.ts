import { now } from '../clock.js';
import type { ClientSettings, Endpoint, Order, Report, ServerSettings } from '../ipc.js';
import type { Timing } from '../timing.js';
import { Child, type Exit } from './Child.js';
import { type Entry, EventLog } from './EventLog.js';

const HOST = '127.0.0.1';
/** How long a process may take to start before something must be wrong, in ms. */
const START_PATIENCE = 20_000;
/** How long a process may take to end before it is killed, in ms: servers say good-bye first. */
const STOP_PATIENCE = 5000;

/** The service cannot start; `message` is for people. */
export class StartFailure extends Error {}

/** How one of the two servers is to listen; after the first start its ports are the ones it got. */
interface Place {
  readonly name: string;
  port: number;
  linePort: number;
}

export interface WorldOptions {
  readonly timing: Timing;
  /** Server 1's port, the three behind it belong to us too; 0: any. */
  readonly port: number;
  readonly verbose: boolean;
  /** Told each event of each process. */
  readonly onEntry: (entry: Entry) => void;
  /** Told when a process ended that was neither stopped nor killed by us. */
  readonly onLost: (name: string, exit: Exit) => void;
}

/** All processes of one run: starts them, tells them what they need to know of each other, ends them. */
export class World {
  readonly timing: Timing;
  readonly log: EventLog = new EventLog();
  readonly #options: WorldOptions;
  readonly #places: readonly [Place, Place];
  readonly #children = new Map<string, Child>();
  readonly #expected = new Set<Child>();
  #lost = 0;
  #stopped = false;

  constructor(options: WorldOptions) {
    const { port } = options;
    const at = (offset: number): number => (port === 0 ? 0 : port + offset);
    this.timing = options.timing;
    this.#options = options;
    this.#places = [
      { name: 'server-1', port: at(0), linePort: at(2) },
      { name: 'server-2', port: at(1), linePort: at(3) },
    ];
  }

  /** How many processes ended without having been told to. */
  get lost(): number {
    return this.#lost;
  }

  /** Where people connect, by server. */
  linePort(server: string): number {
    return this.#place(server).linePort;
  }

  /** Both servers, listening and linked. Rejects with `StartFailure`. */
  async startServers(): Promise<void> {
    for (const { name } of this.#places) await this.startServer(name);
    this.#link('server-1', 'server-2');
    this.#link('server-2', 'server-1');
  }

  /** A server that has died, at its old place. */
  async restartServer(name: string): Promise<Entry> {
    const listening = await this.startServer(name);
    this.#link(name, name === 'server-1' ? 'server-2' : 'server-1');
    return listening;
  }

  async startServer(name: string): Promise<Entry> {
    const { timing, verbose } = this.#options;
    const place = this.#place(name);
    const settings: ServerSettings = { ...place, host: HOST, timing, verbose };
    const since = now();
    const child = this.#spawn(name, '../server.js', settings);
    const listening = this.log.next(name, 'listening', since, START_PATIENCE);
    const failed = this.log.next(name, 'failed', since, START_PATIENCE);
    const died = child.exited.then(() => undefined);
    const first = await Promise.race([listening, failed, died]);
    if (first?.what.event === 'listening') {
      place.port = first.what.port;
      place.linePort = first.what.linePort;
      return first;
    }
    // A process that ends because it failed has said why; the message may come after its end.
    const why = first ?? (await Promise.race([failed, pause(200)]));
    throw new StartFailure(why?.what.event === 'failed' ? why.what.message : `${name} did not start`);
  }

  /** A client that prefers one server. */
  startClient(user: string, prefers = 'server-1'): void {
    const { timing, verbose } = this.#options;
    const endpoints: Endpoint[] = this.#places.map(({ name, port }) => ({ name, host: HOST, port }));
    if (prefers !== 'server-1') endpoints.reverse();
    const settings: ClientSettings = { user, endpoints, timing, verbose };
    this.#spawn(user, '../client.js', settings);
  }

  say(user: string, text: string): void {
    this.#child(user).order({ order: 'say', text });
  }

  /** The processes and their pids, for whoever wants to do them harm. */
  describe(): string {
    return `Processes: ${[...this.#children].map(([name, { pid }]) => `${name} ${pid}`).join(', ')}`;
  }

  /** `kill -9`. */
  kill(name: string): number {
    const child = this.#child(name);
    this.#expected.add(child);
    return child.kill();
  }

  freeze(name: string): number {
    const child = this.#child(name);
    this.#broadcast({ order: 'frozen', pid: child.pid ?? null });
    return child.freeze();
  }

  thaw(name: string): number {
    const at = this.#child(name).thaw();
    this.#broadcast({ order: 'frozen', pid: null });
    return at;
  }

  /** Ends everything and starts nothing more; clients first, so that they are not seen looking for another server. */
  async stop(): Promise<ReadonlyMap<string, Exit>> {
    this.#stopped = true;
    const exits = new Map<string, Exit>();
    const isServer = (name: string): boolean => this.#places.some((place) => place.name === name);
    const running = [...this.#children].filter(([, child]) => child.isRunning);
    for (const group of [false, true]) {
      const members = running.filter(([name]) => isServer(name) === group);
      await Promise.all(
        members.map(async ([name, child]) => {
          this.#expected.add(child);
          exits.set(name, await child.stop(STOP_PATIENCE));
        }),
      );
    }
    this.log.close();
    return exits;
  }

  /** Ends everything at once. */
  killAll(): void {
    for (const child of this.#children.values()) {
      this.#expected.add(child);
      child.kill();
    }
  }

  /** Something has happened. */
  note(entry: Entry): void {
    this.log.add(entry);
    this.#options.onEntry(entry);
  }

  #place(name: string): Place {
    const place = this.#places.find((candidate) => candidate.name === name);
    if (place === undefined) throw new Error(`There is no ${name}`);
    return place;
  }

  #child(name: string): Child {
    const child = this.#children.get(name);
    if (child === undefined) throw new Error(`There is no ${name}`);
    return child;
  }

  #link(from: string, to: string): void {
    const { name, port } = this.#place(to);
    this.#child(from).order({ order: 'link', peer: { name, host: HOST, port } });
  }

  #broadcast(order: Order): void {
    for (const child of this.#children.values()) child.order(order);
  }

  #spawn(name: string, script: string, settings: object): Child {
    if (this.#stopped) throw new StartFailure(`${name} is not started any more`);
    const onReport = (child: Child, { at, what }: Report): void => {
      // It is about to end, and has said why.
      if (what.event === 'failed') this.#expected.add(child);
      this.note({ who: child.name, at, what });
    };
    const child = new Child(name, new URL(script, import.meta.url), settings, onReport);
    this.#children.set(name, child);
    void child.exited.then((exit) => {
      if (this.#expected.has(child)) return;
      this.#lost++;
      this.#options.onLost(name, exit);
    });
    return child;
  }
}

function pause(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, ms, undefined));
}
