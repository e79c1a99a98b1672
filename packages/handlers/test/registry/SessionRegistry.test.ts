import { EmbeddedChannel } from '@sluice/core';
import {
  CLOSE_REASON,
  CloseReasonHandler,
  LoginRefusedException,
  SessionRegistry,
  type SessionRegistryOptions,
} from '@sluice/handlers';

const open: EmbeddedChannel[] = [];
const connected = (): EmbeddedChannel => {
  const channel = new EmbeddedChannel(new CloseReasonHandler());
  open.push(channel);
  return channel;
};
afterEach(() => {
  for (const channel of open.splice(0)) channel.close();
});

/** A registry and what it tells; sessions are told by their device. */
function watched(options?: SessionRegistryOptions) {
  const sessions = new SessionRegistry(options);
  const told: string[] = [];
  sessions.on('online', ({ user, device }) => told.push(`online ${user} ${device}`));
  sessions.on('offline', ({ user, device }, reason) =>
    told.push(`offline ${user} ${device} ${reason?.kind}`),
  );
  sessions.on('replaced', ({ device }, by) => told.push(`replaced ${device} by ${by.device}`));
  return { sessions, told };
}

const kindOf = (channel: EmbeddedChannel) => channel.attr(CLOSE_REASON).get()?.kind;

test('a session is online until its channel is closed: one event each, with the reason', () => {
  const { sessions, told } = watched();
  const channel = connected();
  const session = sessions.login(channel, 'anna', { device: 'phone' });
  expect(sessions.login(channel, 'anna', { device: 'phone' })).toBe(session);
  expect([sessions.get('anna'), sessions.ofChannel(channel), sessions.isOnline('anna')]).toEqual([
    session,
    session,
    true,
  ]);
  expect([sessions.size, sessions.users, [...sessions]]).toEqual([1, 1, [session]]);
  channel.pipeline.fireExceptionCaught(Object.assign(new Error('read'), { code: 'ECONNRESET' }));
  channel.pipeline.close();
  expect([sessions.get('anna'), sessions.isOnline('anna'), sessions.size]).toEqual([undefined, false, 0]);
  expect(told).toEqual(['online anna phone', 'offline anna phone reset']);
});

test('logout ends the session and leaves the channel open; another user may follow', () => {
  const { sessions, told } = watched();
  const channel = connected();
  sessions.login(channel, 'anna');
  expect([sessions.logout(channel), sessions.logout(channel), channel.isOpen]).toEqual([true, false, true]);
  sessions.login(channel, 'bert');
  sessions.login(channel, 'carl');
  expect([...sessions].map(({ user }) => user)).toEqual(['carl']);
  expect(told).toEqual([
    'online anna undefined',
    'offline anna undefined undefined',
    'online bert undefined',
    'offline bert undefined undefined',
    'online carl undefined',
  ]);
});

test('kick: the first gets the farewell and is closed, without an offline of the user', async () => {
  const { sessions, told } = watched({
    farewell: (session, by) => `${session.device} kicked by ${by?.device}`,
  });
  const [first, second] = [connected(), connected()];
  sessions.login(first, 'anna', { device: 'old' });
  const session = sessions.login(second, 'anna', { device: 'new' });
  await first.closeFuture;
  expect(first.readOutbound()).toBe('old kicked by new');
  expect([kindOf(first), sessions.get('anna'), sessions.size]).toEqual(['kicked', session, 1]);
  expect(sessions.ofChannel(first)).toBeUndefined();
  expect(told).toEqual(['online anna old', 'replaced old by new', 'online anna new']);
  second.close();
  expect(told.slice(3)).toEqual(['offline anna new local']);
});

test('a farewell that throws does not save the channel', async () => {
  const { sessions } = watched({
    farewell: () => {
      throw new Error('no farewell');
    },
  });
  const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
  const channel = connected();
  sessions.login(channel, 'anna');
  expect([sessions.kick('anna'), sessions.kick('nobody')]).toEqual([1, 0]);
  await channel.closeFuture;
  expect(kindOf(channel)).toBe('kicked');
  expect(warned.mock.calls[0]?.[0]).toMatch(/^farewell\(\) threw; .* is closed without one/);
  warned.mockRestore();
});

test('refuse: the second fails until the first is gone', () => {
  const { sessions, told } = watched({ secondLogin: 'refuse' });
  const [first, second] = [connected(), connected()];
  const session = sessions.login(first, 'anna', { device: 'a' });
  expect(() => sessions.login(second, 'anna', { device: 'b' })).toThrow(LoginRefusedException);
  expect(() => sessions.login(second, 'anna')).toThrow(
    expect.objectContaining({ code: 'ERR_LOGIN_REFUSED', refusal: 'duplicate' }),
  );
  expect([sessions.get('anna'), first.isOpen, second.isOpen]).toEqual([session, true, true]);
  first.close();
  sessions.login(second, 'anna', { device: 'b' });
  expect(told).toEqual(['online anna a', 'offline anna a local', 'online anna b']);
});

test('coexist: one session for each device', async () => {
  const { sessions, told } = watched({ secondLogin: 'coexist', limitPerUser: 2 });
  const [phone, desk, phone2, tablet] = [connected(), connected(), connected(), connected()];
  sessions.login(phone, 'anna', { device: 'phone' });
  sessions.login(desk, 'anna', { device: 'desk' });
  const replaced = sessions.login(phone2, 'anna', { device: 'phone' });
  await phone.closeFuture;
  expect(() => sessions.login(tablet, 'anna', { device: 'tablet' })).toThrow(
    /this user has 2 sessions already/,
  );
  expect([sessions.size, sessions.users, sessions.of('anna').size]).toEqual([2, 1, 2]);
  expect([sessions.get('anna', 'phone'), sessions.get('anna', 'desk')?.channel]).toEqual([replaced, desk]);
  phone2.close();
  expect(sessions.isOnline('anna')).toBe(true);
  expect(told).toEqual([
    'online anna phone',
    'online anna desk',
    'replaced phone by phone',
    'online anna phone',
    'offline anna phone local',
  ]);
});

test('a replacement fits where the limit is reached, a new session does not', () => {
  const { sessions } = watched({ limit: 1 });
  sessions.login(connected(), 'anna');
  sessions.login(connected(), 'anna');
  expect(() => sessions.login(connected(), 'bert')).toThrow(expect.objectContaining({ refusal: 'limit' }));
  sessions.login(open[1] as EmbeddedChannel, 'bert');
  expect([...sessions].map(({ user }) => user)).toEqual(['bert']);
  expect(() => new SessionRegistry({ limit: 0 })).toThrow(
    expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }),
  );
});

test('close ends all sessions as draining and takes no more; nor does it take closed channels', async () => {
  const { sessions, told } = watched({ farewell: (_session, by) => ['bye', by] });
  const gone = connected();
  gone.close();
  expect(() => sessions.login(gone, 'anna')).toThrow(/refused: the channel is closed/);
  const channel = connected();
  sessions.login(channel, 'anna');
  await sessions.close();
  expect([channel.readOutbound(), kindOf(channel)]).toEqual([['bye', undefined], 'draining']);
  expect(() => sessions.login(connected(), 'bert')).toThrow(expect.objectContaining({ refusal: 'closed' }));
  expect(told).toEqual(['online anna undefined', 'offline anna undefined draining']);
});
