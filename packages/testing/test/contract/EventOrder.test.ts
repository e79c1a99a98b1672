import type { ContractRule } from '../../src/contract/rules.js';
import { broken, EVENTS, type EventName, type Step } from '../support.js';

/**
 * `'added registered active'`: each with the state a channel has then. `@…` before a word sets the state by hand:
 * r(egistered), a(ctive), o(pen).
 */
function steps(text: string): Step[] {
  let state = 'ro';
  return text.split(' ').flatMap((word) => {
    if (word.startsWith('@')) {
      state = word.slice(1);
      return [];
    }
    const event = word as EventName;
    expect(EVENTS).toContain(event);
    if (event === 'active' && !state.includes('a')) state += 'a';
    return {
      event,
      isRegistered: state.includes('r'),
      isActive: state.includes('a'),
      isOpen: state.includes('o'),
    };
  });
}

describe('legal', () => {
  test.each([
    [
      'a client',
      'added registered active read read readComplete readComplete @r inactive @ unregistered removed',
    ],
    [
      'an accepted channel',
      '@roa added registered active read readComplete @r inactive @ unregistered removed',
    ],
    ['a failed connect', 'added registered @ unregistered removed'],
    ['closed before it was told to be active', '@roa added registered @r inactive @ unregistered removed'],
    ['added late', '@roa added read readComplete @r inactive @ unregistered removed'],
    ['added late, in the middle of a read', '@roa added readComplete @r inactive @ unregistered removed'],
    ['added after the close', '@r added inactive @ unregistered removed'],
    ['added between registered and active', '@roa added active read readComplete'],
    ['removed early', 'added registered active read removed'],
    [
      'half-closed',
      'added registered active read readComplete readComplete inputShutdown inputShutdownRead readComplete @r inactive @ unregistered',
    ],
    ['input shut down from this side', 'added registered active inputShutdownRead @r inactive'],
    [
      'registered again',
      'added registered active @oa unregistered @roa registered read readComplete @r inactive',
    ],
    ['added late, registered again', '@roa added @oa unregistered @roa registered read readComplete'],
    ['added while unregistered', '@oa added @roa registered read readComplete'],
  ])('%s', (_name, sequence) => {
    expect(broken(steps(sequence))).toEqual([]);
  });
});

describe('illegal', () => {
  test.each<[ContractRule, string]>([
    ['handler-lifecycle', 'registered'],
    ['handler-lifecycle', 'added added'],
    ['handler-lifecycle', 'removed'],
    ['handler-lifecycle', 'added removed readComplete'],
    ['handler-lifecycle', 'added registered removed removed'],
    ['registered-once', 'added registered registered'],
    ['registered-once', 'added registered active registered'],
    ['registered-once', '@roa added active registered'],
    ['registered-once', '@roa added read registered'],
    ['unregistered-after-registered', '@o added unregistered'],
    ['unregistered-after-registered', '@ added unregistered'],
    ['unregistered-after-registered', 'added registered @ unregistered unregistered'],
    ['after-unregistered', 'added registered active @oa unregistered read'],
    ['after-unregistered', 'added registered active @oa unregistered readComplete'],
    ['after-unregistered', 'added registered @ unregistered active'],
    ['after-unregistered', 'added registered active @oa unregistered @o inactive'],
    ['active-after-registered', '@o added active'],
    ['active-once', 'added registered active active'],
    ['active-once', 'added registered active @r inactive @roa active'],
    ['active-once', 'added registered active @oa unregistered @roa registered active'],
    ['inactive-after-active', 'added registered @r inactive'],
    ['inactive-after-active', 'added registered active @r inactive inactive'],
    ['inactive-when-closed', 'added registered active inactive'],
    ['inactive-before-unregistered', 'added registered active @ unregistered'],
    ['read-while-active', 'added registered read'],
    ['read-while-active', '@roa added registered read'],
    ['read-while-active', 'added registered readComplete'],
    ['read-while-active', 'added registered active @r inactive read'],
    ['read-while-active', 'added registered active @r inactive readComplete'],
    ['read-completed', 'added registered active read readComplete read @r inactive'],
    ['input-ended', 'added registered active inputShutdown read'],
    ['input-ended', 'added registered active inputShutdown inputShutdown'],
    ['input-ended', 'added registered active inputShutdown inputShutdownRead inputShutdownRead'],
    ['input-ended', 'added registered active inputShutdownRead inputShutdown read'],
  ])('%s: %s', (rule, sequence) => {
    expect(broken(steps(sequence))[0]).toBe(rule);
  });

  test('one mistake is told once', () => {
    expect(broken(steps('added registered read readComplete active'))).toEqual([
      'read-while-active',
      'active-once',
    ]);
    expect(broken(steps('added registered registered active read readComplete @r inactive'))).toEqual([
      'registered-once',
    ]);
    expect(broken(steps('added registered active @r inactive inactive @ unregistered removed'))).toEqual([
      'inactive-after-active',
    ]);
  });
});
