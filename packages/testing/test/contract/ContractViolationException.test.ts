import { SluiceError } from '@sluice/core';
import { ContractViolationException } from '@sluice/testing';

test('the message has the place, the event, the rule and what came before', () => {
  const error = new ContractViolationException('active-once', {
    place: "'h' of ch",
    event: 'channelActive',
    events: [],
  });
  expect(error).toBeInstanceOf(SluiceError);
  expect(error.message).toBe(
    "Contract broken at 'h' of ch: channelActive (active-once). channelActive comes once in the life of a channel, " +
      'also if it is registered again.\nBefore it: nothing',
  );
});
