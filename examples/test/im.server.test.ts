import { EmbeddedChannel, ServerShutdownEvent } from '@sluice/core';
import { IdleStateHandler } from '@sluice/handlers';
import type { ChildEvent } from '../im/ipc.js';
import { answeringHeartbeat } from '../im/protocol/heartbeat.js';
import type { ImMessage } from '../im/protocol/messages.js';
import { ChatHandler } from '../im/server/ChatHandler.js';
import { LineHandler } from '../im/server/LineHandler.js';
import { Room } from '../im/server/Room.js';
import type { ServerContext } from '../im/server/ServerContext.js';
import { SessionHandler } from '../im/server/SessionHandler.js';
import { SCALED } from '../im/timing.js';

/** A server without sockets: what it reports, what it sends to the other server, and connections to it. */
class World {
  readonly reports: ChildEvent[] = [];
  readonly relayed: ImMessage[] = [];
  readonly context: ServerContext;
  readonly #channels: EmbeddedChannel[] = [];

  constructor() {
    const room = new Room({
      joined: ({ name, via }) => this.reports.push({ event: 'joined', user: name, via }),
      left: ({ name }, reason) => this.reports.push({ event: 'left', user: name, reason }),
      relay: (message) => this.relayed.push(message),
    });
    this.context = {
      name: 'server-1',
      timing: SCALED,
      room,
      report: (what) => this.reports.push(what),
      trace: undefined,
      describe: () => ['server    server-1'],
    };
  }

  connect(): EmbeddedChannel {
    const channel = new EmbeddedChannel(
      new IdleStateHandler({ readerIdle: SCALED.login }),
      answeringHeartbeat(SCALED),
      new SessionHandler(this.context),
      new ChatHandler(this.context.room),
    );
    this.#channels.push(channel);
    return channel;
  }

  /** Somebody who has logged in, and whose messages so far are read. */
  login(user: string, role: 'user' | 'server' = 'user'): EmbeddedChannel {
    const channel = this.connect();
    channel.writeInbound({ kind: 'login', user, role } satisfies ImMessage);
    return channel;
  }

  person(): EmbeddedChannel {
    const channel = new EmbeddedChannel(new LineHandler(this.context));
    this.#channels.push(channel);
    return channel;
  }

  close(): void {
    for (const channel of this.#channels) channel.finishAndReleaseAll();
  }
}

/** What was written since the last call. */
function sent(channel: EmbeddedChannel): unknown[] {
  return channel.outboundMessages.splice(0);
}

const chat = (from: string, text: string): ImMessage => ({ kind: 'chat', from, text });

describe('a session', () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(() => world.close());

  test('begins with a login', () => {
    const alice = world.login('alice');
    expect(sent(alice)).toEqual([{ kind: 'welcome', server: 'server-1' }]);
    expect(world.reports).toEqual([{ event: 'joined', user: 'alice', via: 'client' }]);
    expect(world.relayed).toEqual([{ kind: 'roster', users: ['alice'] }]);
  });

  test('is needed for anything else', () => {
    const stranger = world.connect();
    const alice = world.login('alice');
    sent(alice);
    stranger.writeInbound(chat('alice', 'let me in'));
    expect(sent(stranger)).toEqual([{ kind: 'bye', reason: 'log in first', comeBack: false }]);
    expect(sent(alice)).toEqual([]);
  });

  test('a connection that does not log in is told to go', () => {
    const stranger = world.connect();
    stranger.elapse(SCALED.evictAfter - 1);
    expect(sent(stranger)).toEqual([]);
    expect(stranger.isOpen).toBe(true);
    stranger.elapse(1);
    expect(stranger.isOpen).toBe(false);
  });

  test('ends in silence: no message for as long as the server waits', () => {
    const alice = world.login('alice');
    alice.elapse(SCALED.evictAfter - 1);
    alice.writeInbound({ kind: 'ping', seq: 5 } satisfies ImMessage);
    expect(sent(alice).at(-1)).toEqual({ kind: 'pong', seq: 5 });
    alice.elapse(SCALED.evictAfter - 1);
    expect(alice.isOpen).toBe(true);
    alice.elapse(1);
    expect(alice.isOpen).toBe(false);
    expect(world.reports.at(-1)).toEqual({ event: 'left', user: 'alice', reason: 'no sign of life' });
  });

  test('is told when the connection ends: with the reason, if there was a good-bye', () => {
    const alice = world.login('alice');
    const bob = world.login('bob');
    alice.writeInbound({ kind: 'bye', reason: 'tired', comeBack: false } satisfies ImMessage);
    alice.close();
    bob.close();
    expect(world.reports.slice(2)).toEqual([
      { event: 'left', user: 'alice', reason: 'tired' },
      { event: 'left', user: 'bob', reason: 'connection lost' },
    ]);
    expect(world.relayed.at(-1)).toEqual({ kind: 'roster', users: [] });
  });

  test('goes to the newcomer when the same user logs in again, and the end of the old one does not matter', () => {
    const old = world.login('alice');
    sent(old);
    const young = world.login('alice');
    expect(sent(old)[0]).toEqual({
      kind: 'bye',
      reason: 'you logged in from somewhere else',
      comeBack: false,
    });
    old.close();
    world.login('bob').writeInbound(chat('bob', 'still there?'));
    expect(sent(young)).toContainEqual(chat('bob', 'still there?'));
    expect(world.context.room.roster.users).toEqual(['alice', 'bob']);
  });

  test('logs in once', () => {
    const alice = world.login('alice');
    sent(alice);
    alice.writeInbound({ kind: 'login', user: 'bob', role: 'user' } satisfies ImMessage);
    expect(sent(alice)[0]).toEqual({ kind: 'bye', reason: 'you are alice already', comeBack: false });
    expect(world.context.room.has('bob')).toBe(false);
  });

  test('hears that the server shuts down, and the shutdown waits for that', async () => {
    const alice = world.login('alice');
    sent(alice);
    const event = new ServerShutdownEvent(1000);
    alice.pipeline.fireUserEventTriggered(event);
    expect(sent(alice)).toEqual([{ kind: 'bye', reason: 'server-1 shuts down', comeBack: true }]);
    expect(event.work).toHaveLength(1);
    await event.work[0];
  });
});

describe('what is said', () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(() => world.close());

  test('is heard by everybody else, under the name of the session, and relayed', () => {
    const alice = world.login('alice');
    const bob = world.login('bob');
    sent(alice);
    sent(bob);
    alice.writeInbound(chat('carol', 'guess who'));
    expect(sent(bob)).toEqual([chat('alice', 'guess who')]);
    expect(sent(alice)).toEqual([]);
    expect(world.relayed.at(-1)).toEqual(chat('alice', 'guess who'));
  });

  test('at the other server is heard here and not sent back', () => {
    const alice = world.login('alice');
    const peer = world.login('server-2', 'server');
    sent(alice);
    const before = world.relayed.length;
    peer.writeInbound(chat('carol', 'hello over there'));
    expect(sent(alice)).toEqual([chat('carol', 'hello over there')]);
    expect(world.relayed).toHaveLength(before);
  });

  test('who is at the other server is known until its link ends, also when an old link ends late', () => {
    const first = world.login('server-2', 'server');
    first.writeInbound({ kind: 'roster', users: ['carol'] } satisfies ImMessage);
    expect(world.context.room.has('carol')).toBe(true);
    const second = world.login('server-2', 'server');
    second.writeInbound({ kind: 'roster', users: ['carol', 'dave'] } satisfies ImMessage);
    first.close();
    expect(world.context.room.elsewhere).toEqual([['server-2', ['carol', 'dave']]]);
    second.close();
    expect(world.context.room.elsewhere).toEqual([]);
  });
});

describe('a person with nc', () => {
  let world: World;
  let person: EmbeddedChannel;
  beforeEach(() => {
    world = new World();
    person = world.person();
    sent(person);
  });
  afterEach(() => world.close());

  function type(...lines: string[]): unknown[] {
    person.writeInbound(...lines);
    return sent(person);
  }

  test('talks and listens', () => {
    const alice = world.login('alice');
    sent(person);
    sent(alice);
    expect(type('hello', '  ', '')).toEqual([]);
    expect(sent(alice)).toEqual([chat('guest-0', 'hello')]);
    alice.writeInbound(chat('alice', 'hi\u001b[2J\n'));
    expect(sent(person)).toEqual(['alice: hi [2J \n']);
  });

  test('changes names, to one that is free', () => {
    world.login('alice');
    sent(person);
    expect(type(':name alice')).toEqual(['alice is here already.\n']);
    expect(type(':name a b')).toEqual(['A name has 1 to 32 letters, digits, dots, dashes or underscores.\n']);
    expect(type(':name zoe')).toEqual(['You are zoe.\n']);
    expect(world.context.room.roster.users).toEqual(['alice', 'zoe']);
  });

  test('asks who and where', () => {
    world.login('alice');
    world.login('server-2', 'server').writeInbound({ kind: 'roster', users: [] } satisfies ImMessage);
    sent(person);
    expect(type(':all')).toEqual(['server-1: alice, guest-0\n', 'server-2: nobody\n']);
    expect(type(':info')).toEqual(['you       guest-0\n', 'server    server-1\n']);
    expect(type(':what')).toEqual(['There is no :what; try :info, :all, :name NAME or :q.\n']);
  });

  test('leaves', () => {
    expect(type(':q')[0]).toBe('bye\n');
    person.close();
    expect(world.reports.at(-1)).toEqual({ event: 'left', user: 'guest-0', reason: 'said bye' });
  });
});
