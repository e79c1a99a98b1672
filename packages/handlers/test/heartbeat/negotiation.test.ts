import { amqpHeartbeat, grpcAfterTooManyPings, mqttKeepAlive, stompHeartBeat } from '@sluice/handlers';

test('MQTT: the server waits one and a half times the keep alive', () => {
  expect(mqttKeepAlive(60)).toEqual({ interval: 60_000, timeout: 90_000 });
  expect(mqttKeepAlive(0)).toEqual({ interval: 0, timeout: 0 });
  for (const seconds of [-1, 1.5, 65_536, Number.NaN])
    expect(() => mqttKeepAlive(seconds)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }));
});

test('STOMP: each direction is the longer of what one offers and the other wants, or off', () => {
  expect(stompHeartBeat([4000, 6000], [5000, 3000])).toEqual({ interval: 4000, timeout: 12_000 });
  expect(stompHeartBeat([5000, 3000], [4000, 6000])).toEqual({ interval: 6000, timeout: 8000 });
  expect(stompHeartBeat([0, 6000], [5000, 3000])).toEqual({ interval: 0, timeout: 12_000 });
  expect(stompHeartBeat([4000, 0], [5000, 3000])).toEqual({ interval: 4000, timeout: 0 });
  expect(stompHeartBeat([4000, 6000], [0, 0])).toEqual({ interval: 0, timeout: 0 });
  expect(() => stompHeartBeat([-1, 0], [0, 0])).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }));
});

test('AMQP: half of the lower one, or of the one that is not 0', () => {
  expect(amqpHeartbeat(60, 30)).toEqual({ interval: 15_000, timeout: 30_000 });
  expect(amqpHeartbeat(0, 30)).toEqual({ interval: 15_000, timeout: 30_000 });
  expect(amqpHeartbeat(60, 0)).toEqual({ interval: 30_000, timeout: 60_000 });
  expect(amqpHeartbeat(0, 0)).toEqual({ interval: 0, timeout: 0 });
  expect(() => amqpHeartbeat(-1, 0)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }));
});

test('gRPC: half as often after too many pings', () => {
  expect(grpcAfterTooManyPings(10_000)).toBe(20_000);
});
