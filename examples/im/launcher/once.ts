import { now } from '../clock.js';
import { type Bounds, boundsFor } from './bounds.js';
import type { Entry, EventOf } from './EventLog.js';
import type { Narrator } from './Narrator.js';
import { Person } from './Person.js';
import type { Timeline } from './Timeline.js';
import { type Bound, Verdicts } from './Verdicts.js';
import type { World } from './World.js';

/** How much longer than its bound an event is waited for, so that the table can tell how late it was. */
const GRACE = 1500;

const SERVERS: readonly string[] = ['server-1', 'server-2'];
/** The clients that are there from the start. */
const ALL: readonly string[] = ['alice', 'bob', 'carol'];

/**
 * The whole story of a service that survives: connect, chat, idle and heartbeat, a frozen client, `kill -9` of the server
 * in use, a frozen server, recovery, end. Nothing in it waits for time to pass: each step waits for what has to happen,
 * and every time is judged.
 */
export class Scenario {
  readonly #world: World;
  readonly #timeline: Timeline;
  readonly #verdicts: Verdicts;
  readonly #bounds: Bounds;
  readonly #narrator: Narrator;
  #person: Person | undefined;

  constructor(world: World, timeline: Timeline, narrator: Narrator) {
    this.#world = world;
    this.#timeline = timeline;
    this.#verdicts = new Verdicts(timeline);
    this.#bounds = boundsFor(world.timing);
    this.#narrator = narrator;
  }

  /** Plays it, prints the table. Resolves with whether every bound was kept. */
  async play(): Promise<boolean> {
    await this.#connect();
    await this.#chat('everybody hears alice, at both servers', 'alice', 'Hello from server-1', [
      'bob',
      'carol',
    ]);
    await this.#chat('everybody hears carol, at both servers', 'carol', 'Hello from server-2', [
      'alice',
      'bob',
    ]);
    await this.#idle();
    await this.#freezeClient();
    await this.#killServer();
    await this.#restartServer();
    await this.#freezeServer();
    await this.#thawServer();
    await this.#allTogether();
    await this.#end();
    this.#verdicts.print();
    const { count, missed } = this.#verdicts;
    const seconds = ((now() - this.#timeline.start) / 1000).toFixed(1);
    this.#timeline.text('');
    const tone = missed === 0 ? 'good' : 'bad';
    this.#timeline.text(
      this.#timeline.paint(`${count - missed} of ${count} bounds kept, in ${seconds} s`, tone),
    );
    return missed === 0;
  }

  /** Ends what is not a process. */
  close(): void {
    this.#person?.hangUp();
  }

  async #connect(): Promise<void> {
    this.#timeline.title('Two servers, three clients');
    const { start, login } = this.#bounds;
    const since = now();
    await this.#world.startServers();
    await this.#expect('both servers listen', { since, ...start }, 'listening', SERVERS);
    await this.#expect('the servers are linked', { since, ...login }, 'link', SERVERS, isUp);
    const called = now();
    this.#world.startClient('alice');
    this.#world.startClient('bob');
    this.#world.startClient('carol', 'server-2');
    this.#timeline.text(this.#world.describe());
    const bound = { since: called, ...login };
    await this.#expect('alice and bob are at server-1', bound, 'online', ['alice', 'bob'], at('server-1'));
    await this.#expect('carol is at server-2', bound, 'online', ['carol'], at('server-2'));
  }

  async #chat(what: string, from: string, text: string, hearers: readonly string[]): Promise<void> {
    const bound = { since: now(), ...this.#bounds.chat };
    this.#world.say(from, text);
    await this.#expect(what, bound, 'heard', hearers, (heard) => heard.from === from && heard.text === text);
  }

  async #idle(): Promise<void> {
    this.#timeline.title('Nobody says anything: heartbeats');
    const { idle, heartbeat, roundTrip } = this.#bounds;
    const since = now();
    await this.#expect('the silence is noticed', { since, ...idle }, 'idle', ALL);
    const pongs = await this.#expect('a ping is sent and answered', { since, ...heartbeat }, 'rtt', ALL);
    this.#narrator.heartbeats(now());
    const times = pongs.map((entry) => (entry?.what.event === 'rtt' ? entry.what.ms : undefined));
    this.#verdicts.measure('round-trip time of a heartbeat', roundTrip, times);
  }

  async #freezeClient(): Promise<void> {
    this.#timeline.title('kill -STOP carol: a client freezes');
    const { evict, failover } = this.#bounds;
    const frozen = this.#world.freeze('carol');
    const bound = { since: frozen, ...evict };
    await this.#expect('server-2 gives carol up', bound, 'left', ['server-2'], named('carol'));
    const since = this.#world.thaw('carol');
    await this.#expect(
      'carol, thawed, is at server-1',
      { since, ...failover },
      'online',
      ['carol'],
      at('server-1'),
    );
  }

  async #killServer(): Promise<void> {
    this.#timeline.title('kill -9 server-1, which everybody is using');
    const { noticeDeath, failover } = this.#bounds;
    const since = this.#world.kill('server-1');
    await this.#expect('the clients notice its death', { since, ...noticeDeath }, 'offline', ALL);
    await this.#expect('all clients are at server-2', { since, ...failover }, 'online', ALL, at('server-2'));
    await this.#chat('everybody hears alice there', 'alice', 'I am here now', ['bob', 'carol']);
  }

  async #restartServer(): Promise<void> {
    this.#timeline.title('server-1 is started again');
    const { start, restart } = this.#bounds;
    const since = now();
    await this.#world.restartServer('server-1');
    await this.#expect('server-1 listens again', { since, ...start }, 'listening', ['server-1']);
    await this.#expect('the servers are linked again', { since, ...restart }, 'link', SERVERS, isUp);
  }

  async #freezeServer(): Promise<void> {
    this.#timeline.title(
      'kill -STOP server-2, which everybody is using: nothing is closed, nothing is refused',
    );
    const { noticeFreeze, failover, evict } = this.#bounds;
    const since = this.#world.freeze('server-2');
    const notice = { since, ...noticeFreeze };
    const lost = await this.#expect('all clients give server-2 up', notice, 'offline', ALL, isFrozen);
    const found = await Promise.all(
      ALL.map((user) => this.#next(user, 'online', { since: now(), ...failover }, since, at('server-1'))),
    );
    const took = found.map((entry, n) => difference(lost[n]?.at, entry?.at));
    this.#verdicts.measure('… and are at server-1 after that', failover, took);
    await this.#chat('everybody hears carol there', 'carol', 'Server-2 does not answer', ['alice', 'bob']);
    await this.#expect('server-1 gives its link to server-2 up', notice, 'link', ['server-1'], isDown);
    const silent = { since, ...evict };
    await this.#expect('… and the link from there', silent, 'left', ['server-1'], named('server-2'));
  }

  async #thawServer(): Promise<void> {
    this.#timeline.title('kill -CONT server-2');
    const { leave, relink } = this.#bounds;
    const since = this.#world.thaw('server-2');
    const stale = ALL.map((user) => this.#next('server-2', 'left', { since, ...leave }, since, named(user)));
    await this.#verdicts.expect('server-2 ends its stale sessions', { since, ...leave }, stale);
    await this.#expect('the servers are linked again', { since, ...relink }, 'link', SERVERS, isUp);
  }

  async #allTogether(): Promise<void> {
    this.#timeline.title('Everybody, everywhere: dave joins server-2, eve comes with nc');
    const { login } = this.#bounds;
    const since = now();
    this.#world.startClient('dave', 'server-2');
    this.#person = new Person('eve', this.#world.linePort('server-2'), (entry) => this.#world.note(entry));
    await this.#expect('dave is at server-2', { since, ...login }, 'online', ['dave'], at('server-2'));
    await this.#expect('eve is at its line port', { since, ...login }, 'online', ['eve']);
    await this.#chat('everybody hears dave', 'dave', 'Did we all survive?', [...ALL, 'eve']);
    await this.#chat('everybody hears alice', 'alice', 'We did', ['bob', 'carol', 'dave', 'eve']);
  }

  async #end(): Promise<void> {
    this.#timeline.title('The end: clients first, then servers');
    const bound = { since: now(), ...this.#bounds.end };
    const exits = await this.#world.stop();
    await this.#person?.closed;
    const saidBye = this.#person?.lastLine?.startsWith('bye') ? now() : undefined;
    this.#verdicts.judge('eve is told good-bye', bound, [saidBye]);
    const clean = this.#world.lost === 0 && [...exits.values()].every(({ code }) => code === 0);
    const what = `${exits.size} processes end by themselves, with exit code 0, and none did before`;
    this.#verdicts.judge(what, bound, [clean ? now() : undefined]);
  }

  /** One row of the table: each of `whos` has to report such an event within the bound. */
  #expect<Name extends Entry['what']['event']>(
    what: string,
    bound: Bound,
    event: Name,
    whos: readonly string[],
    test?: (what: EventOf<Name>) => boolean,
  ): Promise<readonly (Entry | undefined)[]> {
    return this.#verdicts.expect(
      what,
      bound,
      whos.map((who) => this.#next(who, event, bound, bound.since, test)),
    );
  }

  #next<Name extends Entry['what']['event']>(
    who: string,
    event: Name,
    bound: Bound,
    since: number,
    test?: (what: EventOf<Name>) => boolean,
  ): Promise<Entry | undefined> {
    const left = bound.since + bound.within + GRACE - now();
    return this.#world.log.next(who, event, since, left, test);
  }
}

function at(server: string): (online: EventOf<'online'>) => boolean {
  return (online) => online.server === server;
}

function named(user: string): (left: EventOf<'left'>) => boolean {
  return (left) => left.user === user;
}

const isUp = (link: EventOf<'link'>): boolean => link.up;
const isDown = (link: EventOf<'link'>): boolean => !link.up;
const isFrozen = (offline: EventOf<'offline'>): boolean => offline.frozen;

function difference(from: number | undefined, to: number | undefined): number | undefined {
  return from === undefined || to === undefined ? undefined : to - from;
}
