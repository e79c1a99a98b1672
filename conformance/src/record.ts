import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { JavaRecorder, type Recording } from './record.java.js';
import { NettyRelease } from './record.netty.js';
import { parseOptions, seedOfCommit } from './record.options.js';

/**
 * The record command: records cases from real Netty and writes them to files.
 *
 * @param args Its command line; see `USAGE`.
 * @param conformance The folder `conformance` of the repository.
 * @param print Takes each line of what it has to tell.
 * @throws Error that says what is wrong or missing.
 */
export async function record(
  args: readonly string[],
  conformance: string,
  print: (line: string) => void,
): Promise<void> {
  const options = parseOptions(args);
  const releases = options.releases.map((name) => new NettyRelease(name, conformance));
  const seed = options.seed ?? (await seedOfCommit(conformance));
  for (const release of releases) {
    const folder = join(options.out, `netty-${release.version}`);
    print(`Netty ${release.version}, seed ${seed}: ${folder}`);
    await mkdir(folder, { recursive: true });
    const recorder = await JavaRecorder.compile(release, conformance);
    for (const [suite, count] of Object.entries(options.counts)) {
      if (count === 0) continue;
      print(await write(join(folder, `${suite}.jsonl.gz`), recorder, { suite, count, seed }));
    }
  }
}

/** Writes one file and returns a line about it. */
async function write(path: string, recorder: JavaRecorder, recording: Recording): Promise<string> {
  const hash = createHash('sha256');
  const dropped = new Map<string, number>();
  async function* lines(): AsyncGenerator<string, void> {
    for await (const result of recorder.record(recording)) {
      if (typeof result === 'string') {
        hash.update(`${result}\n`);
        yield `${result}\n`;
      } else {
        dropped.set(result.why, (dropped.get(result.why) ?? 0) + 1);
      }
    }
  }
  // A file under its name is complete.
  const partial = `${path}.partial`;
  await pipeline(Readable.from(lines()), createGzip({ level: 9 }), createWriteStream(partial));
  await rename(partial, path);

  const losses = [...dropped].map(([why, count]) => `, ${count} dropped: ${why}`).join('');
  const { suite, count } = recording;
  return `  ${suite}: ${count} cases, sha256 ${hash.digest('hex').slice(0, 16)} unzipped${losses}`;
}
