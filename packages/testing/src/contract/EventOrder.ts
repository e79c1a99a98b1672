import { ChannelInputShutdownEvent, ChannelInputShutdownReadComplete } from '@sluice/core';
import type { ContractRule } from './rules.js';

/** The state of the channel when an event comes. */
export interface ChannelFacts {
  readonly isRegistered: boolean;
  readonly isActive: boolean;
  readonly isOpen: boolean;
}

type Registration =
  | 'no'
  /** The handler came later than the registration, or its event is still to come. */
  | 'perhaps'
  | 'yes'
  | 'over';
type Activity =
  | 'no'
  /** As for the registration. */
  | 'perhaps'
  /** Active, and `channelActive` has to come. */
  | 'due'
  | 'yes'
  | 'over';

/**
 * The order of inbound events at one place of a pipeline. Each method takes one event and gives the rule it breaks, if
 * any; afterwards the state is as if the event had been in order, so that one mistake is told once.
 *
 * A handler that comes late has missed what was before: it is then not asked for, but must not come any more once
 * something later has been seen.
 */
export class EventOrder {
  #added: 'no' | 'yes' | 'removed' = 'no';
  #registration: Registration = 'no';
  #activity: Activity = 'no';
  #reading = false;
  #inputShutdown = false;
  #inputShutdownRead = false;

  handlerAdded(channel: ChannelFacts): ContractRule | undefined {
    const first = this.#added === 'no';
    this.#added = 'yes';
    this.#registration = channel.isRegistered ? 'perhaps' : 'no';
    // One that has just been closed still tells of its end.
    this.#activity = channel.isActive || !channel.isOpen ? 'perhaps' : 'no';
    return first ? undefined : 'handler-lifecycle';
  }

  handlerRemoved(): ContractRule | undefined {
    const broken = this.present();
    this.#added = 'removed';
    return broken;
  }

  /** For what may come at any time in the life of the handler. */
  present(): ContractRule | undefined {
    return this.#added === 'yes' ? undefined : 'handler-lifecycle';
  }

  registered(channel: ChannelFacts): ContractRule | undefined {
    const before = this.#registration;
    this.#registration = 'yes';
    // Active from the beginning (an accepted channel): it is told now, unless the channel is registered again.
    const untold = this.#activity === 'no' || (this.#activity === 'perhaps' && before === 'perhaps');
    if (untold && channel.isActive) this.#activity = 'due';
    return this.present() ?? (before === 'yes' ? 'registered-once' : undefined);
  }

  unregistered(channel: ChannelFacts): ContractRule | undefined {
    const before = this.#registration;
    const active = this.#activity === 'yes';
    this.#registration = 'over';
    if (this.#activity === 'perhaps') this.#activity = 'yes';
    if (before === 'no' || before === 'over') return this.present() ?? 'unregistered-after-registered';
    return this.present() ?? (active && !channel.isOpen ? 'inactive-before-unregistered' : undefined);
  }

  active(): ContractRule | undefined {
    const registration = this.#registration;
    const activity = this.#activity;
    this.#seenLater();
    this.#activity = 'yes';
    return (
      this.present() ??
      (registration === 'no' ? 'active-after-registered' : undefined) ??
      (activity === 'yes' || activity === 'over' ? 'active-once' : undefined) ??
      afterUnregistered(registration)
    );
  }

  inactive(channel: ChannelFacts): ContractRule | undefined {
    const registration = this.#registration;
    const activity = this.#activity;
    const reading = this.#reading;
    this.#seenLater();
    this.#activity = 'over';
    this.#reading = false;
    return (
      this.present() ??
      (activity === 'no' || activity === 'over' ? 'inactive-after-active' : undefined) ??
      afterUnregistered(registration) ??
      (channel.isActive ? 'inactive-when-closed' : undefined) ??
      (reading ? 'read-completed' : undefined)
    );
  }

  read(): ContractRule | undefined {
    const broken = this.#transfer();
    this.#reading = true;
    return broken ?? (this.#inputShutdown ? 'input-ended' : undefined);
  }

  readComplete(): ContractRule | undefined {
    this.#reading = false;
    return this.#transfer();
  }

  /** Either end of a batch of reads. */
  #transfer(): ContractRule | undefined {
    const registration = this.#registration;
    const activity = this.#activity;
    this.#seenLater();
    if (activity === 'no' || activity === 'perhaps' || activity === 'due') this.#activity = 'yes';
    return (
      this.present() ??
      afterUnregistered(registration) ??
      (activity === 'yes' || activity === 'perhaps' ? undefined : 'read-while-active')
    );
  }

  userEvent(event: unknown): ContractRule | undefined {
    let again = false;
    if (event instanceof ChannelInputShutdownEvent) {
      again = this.#inputShutdown;
      this.#inputShutdown = true;
    } else if (event instanceof ChannelInputShutdownReadComplete) {
      again = this.#inputShutdownRead;
      // Comes alone if the input was shut down from this side.
      this.#inputShutdown = this.#inputShutdownRead = true;
    }
    return this.present() ?? (again ? 'input-ended' : undefined);
  }

  /** Whoever hears of what comes later than the registration cannot hear of it any more. */
  #seenLater(): void {
    if (this.#registration === 'perhaps' || this.#registration === 'no') this.#registration = 'yes';
  }
}

function afterUnregistered(registration: Registration): ContractRule | undefined {
  return registration === 'over' ? 'after-unregistered' : undefined;
}
