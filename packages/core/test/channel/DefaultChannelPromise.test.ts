import {
  CancellationException,
  type ChannelFuture,
  DefaultChannelPromise,
  EmbeddedChannel,
  type Logger,
  setLogger,
} from '@sluice/core';

let channel: EmbeddedChannel;
beforeEach(() => {
  channel = new EmbeddedChannel();
});
afterEach(() => channel.finishAndReleaseAll());

const boom = new Error('boom');

function newPromise<T = void>(): DefaultChannelPromise<T> {
  return new DefaultChannelPromise<T>(channel);
}

describe('state', () => {
  test('is open at first', () => {
    const promise = newPromise();
    expect(promise).toMatchObject({
      isDone: false,
      isSuccess: false,
      isCancelled: false,
      isCancellable: true,
    });
    expect([promise.cause, promise.value, promise.channel]).toEqual([null, undefined, channel]);
  });

  test('after success has the value', () => {
    const promise = newPromise<string>().setSuccess('x');
    expect(promise).toMatchObject({ isDone: true, isSuccess: true, isCancellable: false, value: 'x' });
    expect(promise.cause).toBeNull();
  });

  test('after a failure has the cause', () => {
    const promise = newPromise().setFailure(boom);
    expect(promise).toMatchObject({ isDone: true, isSuccess: false, isCancelled: false, cause: boom });
    expect(promise.value).toBeUndefined();
  });

  test('is set once', () => {
    const promise = newPromise().setSuccess();
    expect([promise.trySuccess(), promise.tryFailure(boom), promise.cancel()]).toEqual([false, false, false]);
    const refused = expect.objectContaining({
      code: 'ERR_ILLEGAL_STATE',
      message: 'complete already: DefaultChannelPromise(success)',
    });
    expect(() => promise.setSuccess()).toThrow(refused);
    expect(() => promise.setFailure(boom)).toThrow(refused);
    expect(promise.isSuccess).toBe(true);
  });

  test('is shown by toString', () => {
    const states = [newPromise(), newPromise(), newPromise(), newPromise()] as const;
    states[1].setUncancellable();
    states[2].tryFailure(boom);
    states[3].cancel();
    expect(states[2].cause).toBe(boom);
    expect(states.map(String)).toEqual([
      'DefaultChannelPromise(incomplete)',
      'DefaultChannelPromise(uncancellable)',
      'DefaultChannelPromise(failure: Error: boom)',
      'DefaultChannelPromise(cancelled)',
    ]);
  });
});

describe('cancel', () => {
  test('completes an open promise with a CancellationException', () => {
    const promise = newPromise();
    const heard: unknown[] = [];
    promise.addListener((f) => heard.push(f.cause));
    expect(promise.cancel()).toBe(true);
    expect(promise).toMatchObject({
      isDone: true,
      isSuccess: false,
      isCancelled: true,
      isCancellable: false,
    });
    expect(heard).toEqual([expect.any(CancellationException)]);
    expect([promise.trySuccess(), promise.cancel(), promise.setUncancellable()]).toEqual([
      false,
      false,
      false,
    ]);
  });

  test('does nothing once the operation has begun', () => {
    const promise = newPromise();
    expect(promise.setUncancellable()).toBe(true);
    expect([promise.isCancellable, promise.cancel(), promise.isDone]).toEqual([false, false, false]);
    promise.setSuccess();
    expect(promise.setUncancellable()).toBe(true);
  });
});

describe('listeners (rule 53)', () => {
  test('are called in order, each once, with the future', () => {
    const promise = newPromise();
    const heard: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      promise.addListener((f) => {
        expect(f).toBe(promise);
        heard.push(name);
      });
    }
    promise.setSuccess();
    expect(heard).toEqual(['a', 'b', 'c']);
  });

  test('that come late are called at once', () => {
    const heard: string[] = [];
    newPromise()
      .setSuccess()
      .addListener(() => heard.push('late'));
    expect(heard).toEqual(['late']);
  });

  test('that are added by a listener come after those that wait', () => {
    const promise = newPromise();
    const heard: string[] = [];
    promise.addListener(() => {
      heard.push('1');
      promise.addListener(() => heard.push('3'));
    });
    promise.addListener(() => heard.push('2'));
    promise.setSuccess();
    expect(heard).toEqual(['1', '2', '3']);
  });

  test('may be registered twice and are removed one by one', () => {
    const promise = newPromise();
    const listener = jest.fn();
    const other = jest.fn();
    promise.addListener(listener).addListener(listener).addListener(other);
    promise.removeListener(listener).setSuccess();
    expect([listener, other].map((l) => l.mock.calls.length)).toEqual([1, 1]);
  });

  test('that are removed before are not called', () => {
    const promise = newPromise();
    const only = jest.fn();
    promise.addListener(only).removeListener(only).removeListener(jest.fn());
    promise.setSuccess();
    expect(only).not.toHaveBeenCalled();
  });

  test('that throw are logged and do not keep the others from hearing', () => {
    const warn = jest.fn();
    setLogger({ debug() {}, info() {}, warn, error() {} } satisfies Logger);
    const after = jest.fn();
    newPromise()
      .addListener(() => {
        throw boom;
      })
      .addListener(after)
      .setSuccess();
    setLogger();
    expect(after).toHaveBeenCalledTimes(1);
    expect(warn).toHaveBeenCalledWith({ err: boom }, 'An exception was thrown by a ChannelFutureListener');
  });

  test('are called in order by a promise that fails: those that wait, then the late ones', () => {
    const order: number[] = [];
    const promise = newPromise()
      .addListener(() => {
        order.push(1);
        promise.addListener(() => {
          order.push(4);
          promise.addListener(() => order.push(6));
          order.push(5);
        });
        order.push(2);
      })
      .addListener(() => order.push(3));
    promise.setFailure(boom);
    promise.addListener(() => order.push(7));
    expect(order).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test('that complete further promises nest 8 deep, the rest run as tasks', () => {
    const promises = Array.from({ length: 20 }, () => newPromise());
    const heard: number[] = [];
    promises.forEach((promise, i) => {
      promise.addListener(() => {
        heard.push(i);
        promises[i + 1]?.setSuccess();
      });
    });
    promises[0]?.setSuccess();
    expect(heard).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    channel.runPendingTasks();
    expect(heard).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  test('that come later are called, also when the call stack ended amid the earlier ones', () => {
    const promises = Array.from({ length: 300 }, () => newPromise().addListener(() => {}));
    let next = 0;
    /** Completes promises in the innermost frames there are. */
    const dive = (): void => {
      try {
        dive();
      } finally {
        if (next < promises.length) promises[next++]?.trySuccess();
      }
    };
    expect(dive).toThrow('Maximum call stack size exceeded');
    const done = promises.filter((promise) => promise.isDone);
    expect(done.length).toBeGreaterThan(100);
    const late = jest.fn();
    for (const promise of done) promise.addListener(late);
    expect(late).toHaveBeenCalledTimes(done.length);
  });

  test('chain 100,000 promises that were there before, each completed by the one before it', () => {
    const promises = Array.from({ length: 100_000 }, () => newPromise());
    promises.forEach((promise, i) => void promise.addListener(() => promises[i + 1]?.setSuccess()));
    promises[0]?.setSuccess();
    channel.runPendingTasks();
    expect(promises.filter((promise) => !promise.isSuccess)).toEqual([]);
  });

  test('await each other 100,000 deep, futures and native promises by turns', async () => {
    const promises = Array.from({ length: 100_000 }, () => newPromise<number>());
    promises.forEach((promise, i) => {
      if (i > 0) (promises[i - 1] as ChannelFuture<number>).then((value) => promise.setSuccess(value + 1));
    });
    promises[0]?.setSuccess(1);
    expect(await promises[99_999]).toBe(100_000);
  });

  test('chain 100,000 promises without using up the stack', () => {
    let reached = 0;
    const next = (): void => {
      if (++reached === 100_000) return;
      newPromise().addListener(next).setSuccess();
    };
    newPromise().addListener(next).setSuccess();
    channel.runPendingTasks();
    expect(reached).toBe(100_000);
  });
});

describe('awaiting', () => {
  test('gives the value', async () => {
    const promise = newPromise<number>();
    const waiting = (async () => await promise)();
    promise.setSuccess(7);
    expect(await waiting).toBe(7);
    expect(await promise).toBe(7);
  });

  test('throws the cause', async () => {
    const promise = newPromise();
    promise.setFailure(boom);
    await expect((async () => await promise)()).rejects.toBe(boom);
  });

  test('throws a CancellationException when cancelled', async () => {
    const promise = newPromise();
    promise.cancel();
    await expect(promise.then()).rejects.toMatchObject({
      name: 'CancellationException',
      code: 'ERR_CANCELLED',
    });
  });

  test('then, catch and finally work as on a native promise', async () => {
    const order: string[] = [];
    const failed: ChannelFuture = newPromise().setFailure(boom);
    await expect(failed.catch((error) => `caught ${error.message}`)).resolves.toBe('caught boom');
    await expect(failed.finally(() => order.push('finally'))).rejects.toBe(boom);
    await expect(
      newPromise<number>()
        .setSuccess(2)
        .then((n) => n * 2),
    ).resolves.toBe(4);
    expect(order).toEqual(['finally']);
    expect(newPromise().setSuccess().then()).toBeInstanceOf(Promise);
  });
});
