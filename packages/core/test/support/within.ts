/** What `work` gives, or an error that names what was waited for after `ms` milliseconds. */
export async function within<T>(what: string, work: PromiseLike<T>, ms = 5000): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Waited ${ms} ms in vain for ${what}`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Looks at each turn of the event loop until `condition` holds: for states that no event announces. */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  ms = 5000,
): Promise<void> {
  const end = performance.now() + ms;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`Waited ${ms} ms in vain until ${what}`);
    await polls(1);
  }
}

/** Lets the event loop look at its sockets `count` times: what has arrived has been read then, if anybody reads. */
export async function polls(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** A promise to be settled from outside. */
export interface Signal<T> {
  readonly promise: Promise<T>;
  fire(value: T): void;
}

export function signal<T = void>(): Signal<T> {
  let fire: (value: T) => void = () => {};
  const promise = new Promise<T>((resolve) => {
    fire = resolve;
  });
  return { promise, fire };
}
