import { IllegalStateException, setLogger } from '@sluice/core';
import {
  binaryResumeCodec,
  CLOSE_REASON,
  RESUME_SESSION,
  ResumeBufferFullException,
  ResumeFailedException,
} from '@sluice/handlers';
import { quietly, World } from './world.js';

const bytes = (text: string): Buffer => Buffer.from(text);

/** The outcome of a promise, as a text, once it is settled. */
function outcome(promise: Promise<unknown>): { now: string } {
  const result = { now: 'pending' };
  promise.then(
    () => (result.now = 'done'),
    (error: Error) => (result.now = error.name),
  );
  return result;
}
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the beginning', () => {
  test('both sides agree on a session and tell of it; messages go both ways', () => {
    const world = new World();
    expect(world.session.state).toBe('opening');
    const wire = world.online();
    expect(world.session.state).toBe('online');
    expect(world.session.channel).toBe(wire.client);
    expect(world.serverSession.id).toBe(world.session.id);
    expect(wire.server.attr(RESUME_SESSION).get()).toBe(world.serverSession);
    for (const events of [world.ofSession, world.ofStore, world.atClient.events, world.atServer.events])
      expect(events).toEqual(['new']);
    quietly(world.session.send(bytes('up')));
    quietly(world.serverSession.send(bytes('down')));
    wire.settle();
    expect(world.atServer.messages).toEqual(['up']);
    expect(world.atClient.messages).toEqual(['down']);
  });

  test('what is sent before there is a connection waits, and arrives first', () => {
    const world = new World();
    quietly(world.session.send(bytes('1')));
    quietly(world.session.send(bytes('2')));
    const wire = world.connect();
    void wire.client.writeAndFlush(bytes('3'));
    expect(world.session.unacknowledged).toBe(3);
    wire.settle();
    expect(world.atServer.messages).toEqual(['1', '2', '3']);
  });

  test('a server that writes before it knows the session is told so', () => {
    const world = new World();
    const wire = world.connect();
    expect(wire.server.writeAndFlush(bytes('x')).cause).toBeInstanceOf(IllegalStateException);
  });

  test('the answer is lost: the same session is found again, not a second one made', () => {
    const world = new World();
    const wire = world.connect();
    wire.deliver(1000, 0);
    quietly(world.serverSession.send(bytes('early')));
    wire.cut();
    expect(world.session.state).toBe('opening');
    world.online();
    expect(world.store.size).toBe(1);
    expect(world.ofSession).toEqual(['new']);
    expect(world.ofStore).toEqual(['new', 'offline', 'resumed 1']);
    expect(world.atClient.messages).toEqual(['early']);
  });

  test.each(['client', 'server'] as const)('a peer that says nothing is closed by the %s', (side) => {
    const world = new World({ handshakeTimeout: 100 });
    const wire = world.connect();
    if (side === 'server') wire.client.releaseOutbound();
    world.elapse(99);
    expect(wire[side].isOpen).toBe(true);
    world.elapse(1);
    expect(wire[side].isOpen).toBe(false);
    expect(wire[side].attr(CLOSE_REASON).get()?.kind).toBe('idle');
  });
});

describe('going on', () => {
  test('exactly what the peer has not got is sent again', () => {
    const world = new World();
    const wire = world.online();
    for (const text of ['1', '2', '3']) quietly(world.session.send(bytes(text)));
    wire.deliver(2 * (2 + 13 + 1), 0);
    expect(world.atServer.messages).toEqual(['1', '2']);
    wire.cut();
    expect(world.session.state).toBe('offline');
    quietly(world.session.send(bytes('4')));
    quietly(world.serverSession.send(bytes('a')));
    world.online();
    expect(world.atServer.messages).toEqual(['1', '2', '3', '4']);
    expect(world.atClient.messages).toEqual(['a']);
    expect(world.ofSession).toEqual(['new', 'offline', 'resumed 1']);
    expect(world.ofStore).toEqual(['new', 'offline', 'resumed 0']);
  });

  test('messages that the application sends in the event come after those sent again', () => {
    const world = new World();
    const wire = world.online();
    quietly(world.session.send(bytes('1')));
    wire.cut();
    world.session.on('session', (event) => {
      if (event.type === 'resumed') quietly(world.session.send(bytes('2')));
    });
    world.online();
    expect(world.atServer.messages).toEqual(['1', '2']);
  });

  test('a client that comes back takes over: the old channel is closed first, and its late words do not count', () => {
    const world = new World();
    const old = world.online();
    quietly(world.session.send(bytes('1')));
    old.cutClient();
    expect(old.server.isOpen).toBe(true);
    const order: string[] = [];
    void old.server.closeFuture.addListener(() => order.push('old closed'));
    world.store.on('session', (event) => order.push(event.type));
    const wire = world.online();
    expect(order).toEqual(['old closed', 'resumed']);
    expect(old.server.attr(CLOSE_REASON).get()?.kind).toBe('kicked');
    expect(world.serverSession.state).toBe('online');
    expect(world.serverSession.channel).toBe(wire.server);
    expect(world.atServer.messages).toEqual(['1']);
    quietly(world.serverSession.send(bytes('a')));
    wire.settle();
    expect(world.atClient.messages).toEqual(['a']);
  });

  test('the old channel is slow to close: what it still delivers does not count', () => {
    const world = new World();
    const old = world.online();
    old.server.pipeline.addFirst({ close() {} });
    quietly(world.session.send(bytes('1')));
    quietly(world.session.send(bytes('2')));
    const wire = world.connect();
    // Only the new connection is heard; the old one delivers afterwards.
    wire.deliver(1000, 0);
    expect(old.server.isOpen).toBe(true);
    old.deliver(1000, 0);
    expect(world.atServer.messages).toEqual([]);
    wire.settle();
    expect(world.atServer.messages).toEqual(['1', '2']);
  });

  test('whoever writes while a message is being written comes after it', () => {
    const world = new World();
    const wire = world.online();
    let isFirst = true;
    wire.client.pipeline.addFirst({
      write: (ctx, message, promise) => {
        if (isFirst) {
          isFirst = false;
          quietly(world.session.send(bytes('2')));
        }
        ctx.write(message, promise);
      },
    });
    quietly(world.session.send(bytes('1')));
    wire.settle();
    expect(world.atServer.messages).toEqual(['1', '2']);
  });

  test('a connection replaced while messages are sent again: all of them count as sent', () => {
    const world = new World();
    const wire = world.online();
    for (const text of ['1', '2', '3']) quietly(world.session.send(bytes(text)));
    wire.cut();
    const next = world.connect();
    next.deliver(1000, 0);
    // Length and payload are written one by one.
    next.client.pipeline.addFirst({ write: () => world.wires.length === 2 && world.connect() });
    next.deliver(0, 1000);
    expect(world.wires.length).toBe(3);
    expect(world.session.state).toBe('offline');
    world.session.destroy();
    expect(world.ofSession.at(-1)).toBe('failed destroyed [1,2,3] 0 unsent');
  });

  test('a frame that is not written leaves a gap: the channel is closed, and the next one fills it', () => {
    const world = new World();
    const wire = world.online();
    wire.client.pipeline.addFirst({
      write: (_ctx, _message, promise) => promise.setFailure(new Error('no')),
    });
    quietly(world.session.send(bytes('1')));
    expect(wire.client.isOpen).toBe(false);
    expect(wire.client.attr(CLOSE_REASON).get()?.kind).toBe('error');
    wire.cut();
    world.online();
    expect(world.atServer.messages).toEqual(['1']);
  });

  test('the handler is removed: the session waits for another connection', () => {
    const world = new World();
    const wire = world.online();
    wire.client.pipeline.remove('ResumeHandler#0');
    expect([world.session.state, wire.client.isOpen]).toEqual(['offline', true]);
    world.online();
    expect(world.session.state).toBe('online');
  });

  test('a session that never expires waits without a timer', () => {
    const world = new World({ expiry: Number.POSITIVE_INFINITY });
    world.online().cut();
    expect(world.loop.scheduledTasks).toBe(0);
    world.online();
    expect(world.ofSession).toEqual(['new', 'offline', 'resumed 0']);
  });

  test('a second connection of the client takes over on its side, too', () => {
    const world = new World();
    const old = world.online();
    const wire = world.connect();
    expect(old.client.isOpen).toBe(false);
    expect(old.client.attr(CLOSE_REASON).get()?.kind).toBe('kicked');
    wire.settle();
    expect(world.session.channel).toBe(wire.client);
    expect(world.ofSession).toEqual(['new', 'resumed 0']);
  });
});

describe('acknowledgements', () => {
  test('send resolves when the peer has the message, not before', async () => {
    const world = new World({ ackDelay: 50 });
    const wire = world.online();
    const sent = outcome(world.session.send(bytes('x')));
    const drained = outcome(world.session.drain());
    wire.settle();
    await turn();
    expect([sent.now, world.session.unacknowledged]).toEqual(['pending', 1]);
    world.elapse(49);
    expect(wire.deliver()).toBe(false);
    world.elapse(1);
    wire.settle();
    await turn();
    expect([sent.now, drained.now, world.session.unacknowledged]).toEqual(['done', 'done', 0]);
  });

  test('a write is done when the session has the message', () => {
    const world = new World();
    const wire = world.online();
    expect(wire.client.write(bytes('x')).isSuccess).toBe(true);
    expect(world.session.unacknowledged).toBe(1);
  });

  test('one goes out after so many messages, and none on its own when an answer carries it', () => {
    const world = new World({ ackEvery: 3, ackDelay: 50 });
    const wire = world.online();
    for (let i = 0; i < 3; i++) quietly(world.session.send(bytes('x')));
    wire.settle();
    expect(world.session.unacknowledged).toBe(0);
    quietly(world.session.send(bytes('question')));
    wire.deliver();
    quietly(world.serverSession.send(bytes('answer')));
    wire.deliver();
    expect(world.session.unacknowledged).toBe(0);
    world.elapse(50);
    // The client owes one for the answer, the server none.
    expect(wire.deliver(Number.POSITIVE_INFINITY, 0)).toBe(true);
    expect(wire.deliver()).toBe(false);
  });
});

describe('a full buffer', () => {
  test('refuses with a typed error and takes nothing; the channel is unwritable long before', async () => {
    const world = new World({ maxMessages: 8, ackEvery: 1 });
    const wire = world.online();
    const writable: string[] = [];
    world.session.on('writable', () => writable.push('writable'));
    for (let i = 1; i <= 4; i++) quietly(world.session.send(bytes(String(i))));
    expect([world.session.isWritable, wire.client.isWritable]).toEqual([true, true]);
    quietly(world.session.send(bytes('5')));
    expect([world.session.isWritable, wire.client.isWritable]).toEqual([false, false]);
    for (let i = 6; i <= 8; i++) quietly(world.session.send(bytes(String(i))));
    await expect(world.session.send(bytes('9'))).rejects.toThrow(ResumeBufferFullException);
    expect(wire.client.write(bytes('9')).cause).toBeInstanceOf(ResumeBufferFullException);
    expect(world.session.unacknowledged).toBe(8);
    wire.cut();
    const next = world.connect();
    expect(next.client.isWritable).toBe(false);
    next.settle();
    expect([world.session.isWritable, next.client.isWritable, writable]).toEqual([true, true, ['writable']]);
    expect(world.atServer.messages).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
  });

  test('the codec may say what a message counts', () => {
    const world = new World({ codec: { ...binaryResumeCodec, sizeOf: () => 1000 }, maxBytes: 3 * 1096 });
    const fits = [1, 2, 3, 4].map(() => world.session.write(bytes('x')) === undefined);
    expect(fits).toEqual([true, true, true, false]);
  });

  test('all sessions of a store share one budget', async () => {
    const world = new World({}, { maxTotalBytes: 300 });
    world.online();
    const server = world.serverSession;
    for (let i = 0; i < 3; i++) quietly(server.send(bytes('x')));
    expect(world.store.bufferedBytes).toBe(291);
    await expect(server.send(bytes('x'))).rejects.toThrow('limit 300');
    world.elapse(0);
    world.wire.settle();
    world.elapse(50);
    world.wire.settle();
    expect(world.store.bufferedBytes).toBe(0);
  });
});

describe('failure', () => {
  test('the client was away too long: both sides list exactly what was not confirmed', async () => {
    const world = new World({ expiry: 1000, ackEvery: 1 });
    const wire = world.online();
    quietly(world.session.send(bytes('1')));
    wire.settle();
    const sent = outcome(world.session.send(bytes('2')));
    quietly(world.serverSession.send(bytes('a')));
    const drained = outcome(world.session.drain());
    wire.cut();
    const later = outcome(world.session.send(bytes('3')));
    world.elapse(999);
    expect([world.store.size, world.ofStore.length]).toEqual([1, 2]);
    const id = world.session.id;
    world.elapse(1);
    expect(world.ofSession).toEqual(['new', 'offline', 'failed expired [2,3] 1 unsent']);
    expect(world.ofStore).toEqual(['new', 'offline', 'failed expired [a] 0 unsent']);
    expect([world.store.size, world.store.bufferedBytes]).toEqual([0, 0]);
    await turn();
    expect([sent.now, drained.now, later.now]).toEqual(Array(3).fill('ResumeFailedException'));
    // The client begins a new one by itself.
    expect(world.session.id).not.toBe(id);
    expect(world.session.state).toBe('opening');
    quietly(world.session.send(bytes('4')));
    world.online();
    expect(world.atServer.messages).toEqual(['1', '4']);
    expect(world.atClient.events).toEqual(['new', 'new']);
  });

  test('attempts that come to nothing do not make it longer', () => {
    const world = new World({ expiry: 1000 });
    world.online().cut();
    world.elapse(600);
    world.connect().cut();
    world.elapse(399);
    expect(world.ofSession).toEqual(['new', 'offline']);
    world.elapse(1);
    expect(world.ofSession).toEqual(['new', 'offline', 'failed expired [] 0 unsent']);
  });

  test('the server has given it up already: the client hears why, and goes on with a new one', () => {
    const world = new World({ expiry: 1000 });
    world.online();
    quietly(world.session.send(bytes('lost?')));
    // The server notices the loss, the client does not.
    world.wire.server.close();
    world.elapse(1000);
    expect(world.ofStore.at(-1)).toBe('failed expired [] 0 unsent');
    world.wire.cut();
    world.online();
    expect(world.atClient.events).toEqual(['new', 'failed expired [lost?] 0 unsent', 'new']);
    quietly(world.session.send(bytes('next')));
    world.wire.settle();
    expect(world.atServer.messages).toEqual(['next']);
  });

  test('the server was started anew: it does not know the session', () => {
    const world = new World();
    world.online();
    quietly(world.session.send(bytes('lost?')));
    world.wire.cut();
    world.startServerAnew();
    world.online();
    expect(world.atClient.events).toEqual(['new', 'failed unknown [lost?] 0 unsent', 'new']);
  });

  test('expiry 0: a session ends with its connection', () => {
    const world = new World({ expiry: 0 });
    world.online();
    quietly(world.session.send(bytes('x')));
    world.wire.cut();
    expect(world.ofSession).toEqual(['new', 'offline', 'failed expired [x] 0 unsent']);
    expect(world.ofStore).toEqual(['new', 'offline', 'failed expired [] 0 unsent']);
    expect(world.store.size).toBe(0);
    expect(world.loop.scheduledTasks).toBe(0);
  });

  test('a message that cannot be encoded fails the session; nothing is skipped', () => {
    const codec = {
      ...binaryResumeCodec,
      data: (seq: number, received: number, message: Buffer) => {
        if (String(message) === 'poison') throw new RangeError('poison');
        return binaryResumeCodec.data(seq, received, message);
      },
    };
    const world = new World({ codec });
    world.online();
    quietly(world.session.send(bytes('1')));
    quietly(world.session.send(bytes('poison')));
    expect(world.ofSession).toEqual(['new', 'failed unsendable [1,poison] 0 unsent']);
    expect(world.wire.client.isOpen).toBe(false);
    world.wire.cut();
    world.online();
    quietly(world.session.send(bytes('2')));
    world.wire.settle();
    expect(world.atServer.messages.at(-1)).toBe('2');
  });

  test('so does one that a handler nearer to the transport cannot encode', () => {
    const world = new World();
    world.online();
    quietly(world.session.send(Buffer.alloc(70_000)));
    expect(world.ofSession.at(-1)).toMatch(/^failed unsendable/);
    expect(world.wire.client.isOpen).toBe(false);
  });

  test('destroy gives a session up', async () => {
    const world = new World();
    world.online();
    const sent = world.session.send(bytes('x'));
    world.session.destroy();
    await expect(sent).rejects.toMatchObject({ reason: 'destroyed', code: 'ERR_RESUME_FAILED' });
    await expect(sent).rejects.toBeInstanceOf(ResumeFailedException);
    expect([world.session.state, world.wire.client.isOpen]).toEqual(['over', false]);
    await expect(world.session.send(bytes('y'))).rejects.toThrow(IllegalStateException);
    expect(world.connect().client.isOpen).toBe(false);
    world.store.close();
    expect([world.store.size, world.wires[0]?.server.isOpen]).toEqual([0, false]);
  });
});

describe('the end', () => {
  test('both sides have all, then both forget', async () => {
    const world = new World();
    const wire = world.online();
    quietly(world.session.send(bytes('up')));
    quietly(world.serverSession.send(bytes('down')));
    const ended = outcome(world.session.end());
    await expect(world.session.send(bytes('late'))).rejects.toThrow(IllegalStateException);
    expect(world.session.isWritable).toBe(false);
    world.elapse(50);
    wire.settle();
    world.elapse(50);
    wire.settle();
    await turn();
    expect(ended.now).toBe('done');
    expect([world.atServer.messages, world.atClient.messages]).toEqual([['up'], ['down']]);
    expect([world.atServer.events, world.atClient.events]).toEqual([
      ['new', 'ended'],
      ['new', 'ended'],
    ]);
    expect([world.session.state, world.store.size, wire.client.isOpen]).toEqual(['over', 0, true]);
    world.wire.cut();
    expect(world.loop.scheduledTasks).toBe(0);
  });

  test('what comes after the end is ignored', () => {
    const world = new World();
    const wire = world.online();
    quietly(world.session.end());
    wire.settle();
    wire.client.writeInbound(Buffer.from([0, 13]), binaryResumeCodec.data(1, 0, Buffer.alloc(0)));
    expect([wire.client.isOpen, world.atClient.messages]).toEqual([true, []]);
  });

  test('the farewell of the peer is lost: it has forgotten the session, and so it has ended', async () => {
    const world = new World();
    const wire = world.online();
    const ended = outcome(world.session.end());
    wire.deliver(1000, 0);
    expect(world.store.size).toBe(0);
    wire.cut();
    world.online();
    await turn();
    expect(ended.now).toBe('done');
    expect(world.ofSession).toEqual(['new', 'offline', 'ended']);
    expect(world.store.size).toBe(0);
  });

  test('our own farewell is lost: it is said again', async () => {
    const world = new World();
    const wire = world.online();
    const ended = outcome(world.serverSession.end());
    wire.cut();
    world.online();
    await turn();
    expect(ended.now).toBe('done');
    expect([world.session.state, world.store.size]).toEqual(['over', 0]);
  });

  test('it waits for messages that are not confirmed; they fail when there is no other connection', async () => {
    const world = new World({ expiry: 1000 });
    const wire = world.online();
    quietly(world.session.send(bytes('x')));
    const ended = outcome(world.session.end());
    wire.cut();
    world.elapse(1000);
    await turn();
    expect(ended.now).toBe('ResumeFailedException');
    expect(world.session.state).toBe('over');
    expect(world.ofSession.at(-1)).toBe('failed expired [x] 0 unsent');
  });

  test('a session that never began ends at once', async () => {
    const world = new World();
    await world.session.end();
    await world.session.end();
    expect(world.session.state).toBe('over');
    expect(world.connect().client.isOpen).toBe(false);
  });
});

test('what a listener throws is logged; the session goes on', () => {
  const warn = jest.fn();
  setLogger({ debug() {}, info() {}, warn, error() {} });
  const world = new World();
  world.session.on('session', () => {
    throw new Error('listener');
  });
  world.store.on('session', () => {
    throw new Error('listener');
  });
  world.online();
  quietly(world.session.send(bytes('x')));
  world.wire.settle();
  setLogger();
  expect(warn).toHaveBeenCalledTimes(2);
  expect(world.atServer.messages).toEqual(['x']);
});
