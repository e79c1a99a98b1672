import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/** What `requiresProgram` returns: called like jest's `describe`. */
export type DescribeFunction = (name: string, body: () => void) => void;

/**
 * The one way for a suite to depend on something outside npm. Returns a `describe`: it runs the suite where every
 * requirement is there, and reports it as skipped, by name, where one is missing. With `CI=true` a missing
 * requirement is a failure, so that a broken build machine cannot pass by skipping.
 *
 * @param requirements Programs looked up on the PATH (`'java'`), or paths of files (`'/usr/share/java/netty-*.jar'`):
 *   whatever contains a slash is a path, whose last part may contain `*`.
 */
export function requiresProgram(...requirements: readonly string[]): DescribeFunction {
  const missing = requirements.filter((requirement) => !isPresent(requirement));
  if (missing.length === 0) return (name, body) => describe(name, body);

  const list = missing.join(', ');
  // The body is not even collected: it may read what is missing.
  return (name) => {
    describe(name, () => {
      if (process.env.CI === 'true') {
        test(`requires ${list}`, () => {
          throw new Error(
            `"${name}" requires ${list}, which this machine lacks; under CI=true nothing is skipped`,
          );
        });
      } else {
        // biome-ignore lint/suspicious/noSkippedTests: this is the one place where a suite may be skipped
        test.skip(`requires ${list}`, () => {});
      }
    });
  };
}

function isPresent(requirement: string): boolean {
  if (requirement.includes('/')) return filesMatching(requirement).length > 0;
  return (process.env.PATH ?? '').split(delimiter).some((folder) => isExecutable(join(folder, requirement)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The files a path names, sorted; its last part may contain `*`. An unreadable folder holds none. */
function filesMatching(pattern: string): string[] {
  const folder = dirname(pattern);
  const name = pattern.slice(pattern.lastIndexOf('/') + 1);
  const expression = new RegExp(`^${name.split('*').map(escapeRegExp).join('.*')}$`);
  try {
    return readdirSync(folder)
      .filter((entry) => expression.test(entry))
      .sort()
      .map((entry) => join(folder, entry));
  } catch {
    return [];
  }
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
