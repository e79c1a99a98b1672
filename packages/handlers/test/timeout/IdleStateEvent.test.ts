import { IdleState, IdleStateEvent } from '@sluice/handlers';

test.each([
  ['READER_IDLE', IdleStateEvent.FIRST_READER_IDLE_STATE_EVENT, IdleStateEvent.READER_IDLE_STATE_EVENT],
  ['WRITER_IDLE', IdleStateEvent.FIRST_WRITER_IDLE_STATE_EVENT, IdleStateEvent.WRITER_IDLE_STATE_EVENT],
  ['ALL_IDLE', IdleStateEvent.FIRST_ALL_IDLE_STATE_EVENT, IdleStateEvent.ALL_IDLE_STATE_EVENT],
] as const)('%s has one constant for the first and one for the later events', (name, first, later) => {
  expect(IdleStateEvent.of(IdleState[name], true)).toBe(first);
  expect(IdleStateEvent.of(IdleState[name], false)).toBe(later);
  expect([first.state, first.isFirst, later.state, later.isFirst]).toEqual([name, true, name, false]);
  expect(String(first)).toBe(`IdleStateEvent(${name}, first)`);
  expect(String(later)).toBe(`IdleStateEvent(${name})`);
});
