import { registerError, SluiceError } from '@sluice/core';
import { type ContractRule, RULES } from './rules.js';

/** What a violation tells besides the rule. */
export interface ContractViolationDetails {
  /** Where: the name of the contract handler's context and its channel. */
  readonly place: string;
  /** What broke the rule. */
  readonly event: string;
  /** What went by before, oldest first; the earliest may be left out. */
  readonly events: readonly string[];
}

/**
 * A `ContractHandler` saw something that the order of events forbids. `rule` says what, `events` how it came to that.
 */
export class ContractViolationException extends SluiceError {
  /** Which rule was broken. */
  readonly rule: ContractRule;
  /** What broke the rule. */
  readonly event: string;
  /** What went by before at the same place, oldest first; of a long history the last part. */
  readonly events: readonly string[];

  /** Made by `ContractHandler`. */
  constructor(rule: ContractRule, { place, event, events }: ContractViolationDetails) {
    super(
      `Contract broken at ${place}: ${event} (${rule}). ${RULES[rule]}\n` +
        `Before it: ${events.length === 0 ? 'nothing' : events.join(', ')}`,
    );
    this.rule = rule;
    this.event = event;
    this.events = events;
  }

  static {
    registerError(this, 'ContractViolationException', 'ERR_CONTRACT_VIOLATION');
  }
}
