import { ChannelException, registerError } from '@sluice/core';

/**
 * Why a login was refused: the user is logged in already, there are too many sessions, the registry is closed, or the
 * channel that wants to log in is.
 */
export type LoginRefusal = 'duplicate' | 'limit' | 'closed';

/** A `SessionRegistry` did not let a user in. */
export class LoginRefusedException extends ChannelException {
  /** Why. */
  readonly refusal: LoginRefusal;

  /** Made by `login`. */
  constructor(refusal: LoginRefusal, message: string) {
    super(message);
    this.refusal = refusal;
  }

  static {
    registerError(this, 'LoginRefusedException', 'ERR_LOGIN_REFUSED');
  }
}
