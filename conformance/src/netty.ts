/** A release of Netty: `4.2.20`. */
export type NettyVersion = `${number}.${number}.${number}`;

/** What a case is run like: the release it was recorded from, and those of Netty's ways that are not Sluice's. */
export interface Netty {
  readonly version: NettyVersion;
  readonly quirks: ReadonlySet<Quirk>;
}

/** Netty's ways that a run can take on, so that a deviation is taken back and all the rest still compared. */
export type Quirk = 'drops nested exceptions' | 'unlinks contexts twice';

/** Whether a release is older than another. */
export function isBefore(version: NettyVersion, other: NettyVersion): boolean {
  const [a, b] = [version, other].map((text) => text.split('.').map(Number)) as [number[], number[]];
  const at = a.findIndex((number, i) => number !== b[i]);
  return at >= 0 && (a[at] as number) < (b[at] as number);
}

/** The release that a path names: the `netty-4.2.20` that is nearest to its end. */
export function versionIn(path: string): NettyVersion | undefined {
  const found = [...path.matchAll(/netty-(\d+\.\d+\.\d+)/g)].at(-1);
  return found?.[1] as NettyVersion | undefined;
}
