/** The name of a rule that a `ContractHandler` checks. */
export type ContractRule =
  | 'handler-lifecycle'
  | 'registered-once'
  | 'unregistered-after-registered'
  | 'after-unregistered'
  | 'active-after-registered'
  | 'active-once'
  | 'inactive-after-active'
  | 'inactive-when-closed'
  | 'inactive-before-unregistered'
  | 'end-in-own-task'
  | 'read-while-active'
  | 'read-completed'
  | 'input-ended'
  | 'writability-changed'
  | 'no-null'
  | 'promise-used-once'
  | 'promise-completed-once'
  | 'write-flushed';

/** The rules of a `ContractHandler`, each with what it expects. Netty states them in its sources and tests. */
export const RULES: Readonly<Record<ContractRule, string>> = {
  'handler-lifecycle':
    'handlerAdded comes before everything else and handlerRemoved after it, once each: a handler outside a pipeline hears nothing.',
  'registered-once': 'channelRegistered comes once, before channelActive and all reads.',
  'unregistered-after-registered': 'channelUnregistered ends a registration; there was none.',
  'after-unregistered':
    'After channelUnregistered there is no channelActive, channelInactive, channelRead or channelReadComplete, unless the channel is registered again.',
  'active-after-registered': 'channelActive comes after channelRegistered.',
  'active-once': 'channelActive comes once in the life of a channel, also if it is registered again.',
  'inactive-after-active':
    'channelInactive comes once, and only to a channel that was active: one whose connect failed is only unregistered.',
  'inactive-when-closed': 'channelInactive comes when channel.isActive is false.',
  'inactive-before-unregistered':
    'An active channel that closes fires channelInactive before channelUnregistered.',
  'end-in-own-task':
    'channelInactive and channelUnregistered come in a task of their own, never within another event or operation: ' +
    'a handler that closes the channel is not told so before its callback returns.',
  'read-while-active': 'channelRead and channelReadComplete come between channelActive and channelInactive.',
  'read-completed':
    'channelReadComplete follows the last channelRead of a batch. Handlers that collect until then (a flush, an answer) wait for it.',
  'input-ended':
    'After ChannelInputShutdownEvent nothing is read; the event comes once, then ChannelInputShutdownReadComplete, once.',
  'writability-changed':
    'channelWritabilityChanged tells of a change; since the last one neither isWritable nor the pending bytes have changed.',
  'no-null': 'A pipeline carries neither null nor undefined.',
  'promise-used-once': 'Each write and operation has a promise of its own, which is not done yet.',
  'promise-completed-once':
    'A promise is completed once, by whoever carried the operation out: pass it on or complete it, not both.',
  'write-flushed':
    'A written message leaves only with a flush: until then its promise is not done, and an `await` of it does not ' +
    'end. Use writeAndFlush() or send(), or flush after the last write.',
};
