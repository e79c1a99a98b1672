import { UnsupportedOperationException } from '../channel/errors.js';
import { AbstractChannel } from '../transport/AbstractChannel.js';

/** Stands for a channel that could not be made, so that its failure has a future. Netty: FailedChannel. */
export class FailedChannel extends AbstractChannel {
  readonly isOpen = false;
  readonly isActive = false;
  readonly localAddress = null;
  readonly remoteAddress = null;

  constructor() {
    super(null);
  }
  protected override doBind(): never {
    throw unsupported();
  }
  protected override doConnect(): never {
    throw unsupported();
  }
  protected override doClose(closed: () => void): void {
    closed();
  }
  protected override doBeginRead(): void {}
  protected override doWrite(): never {
    throw unsupported();
  }
}

function unsupported(): UnsupportedOperationException {
  return new UnsupportedOperationException('The channel could not be made; its future has the reason.');
}
