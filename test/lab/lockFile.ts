export interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[] | string;
  readonly cpu?: readonly string[] | string;
  readonly libc?: readonly string[] | string;
  readonly engines?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export type LockedPackages = Readonly<Record<string, LockedPackage>>;

export interface MissingPackage {
  readonly name: string;
  readonly version: string;
  readonly wantedBy: LockedPackage;
}

/**
 * Packages for other platforms that the lock file leaves out. npm drops those that its registry does not have,
 * and then refuses `npm ci` on every machine: "Missing: ... from lock file".
 */
export function findMissingPackages(packages: LockedPackages): readonly MissingPackage[] {
  return Object.entries(packages).flatMap(([place, wantedBy]) =>
    Object.entries(wantedBy.optionalDependencies ?? {})
      .filter(([name]) => !placesFor(name, place).some((candidate) => candidate in packages))
      .map(([name, version]) => ({ name, version, wantedBy })),
  );
}

/** The lock file's packages and those that were missing, which say for which platform they are. */
export function completePackages(packages: LockedPackages): LockedPackages {
  const added = findMissingPackages(packages).map(({ name, version, wantedBy }): [string, LockedPackage] => [
    `node_modules/${name}`,
    {
      version,
      ...describePlatform(name),
      ...(wantedBy.dev ? { dev: true } : {}),
      optional: true,
    },
  ]);
  const all = { ...packages, ...Object.fromEntries(added) };
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => a.localeCompare(b, 'en')));
}

/** Reads os, cpu and libc out of a name like `@oxc-parser/binding-linux-arm-musleabihf`. */
function describePlatform(name: string): Pick<LockedPackage, 'os' | 'cpu' | 'libc'> {
  const words = name.replace(/^@[^/]+\//, '').split('-');
  const systems = [
    'aix',
    'android',
    'darwin',
    'freebsd',
    'linux',
    'netbsd',
    'openbsd',
    'openharmony',
    'sunos',
  ];
  const os = words
    .map((word) => (/^win(32|dows)$/.test(word) ? 'win32' : word))
    .find((word) => ['win32', ...systems].includes(word));
  const cpu = words
    .map((word) => (word === '64' ? 'x64' : word))
    .find((word) => /^(arm|arm64|ia32|x64|ppc64|riscv64|s390x|loong64|mips64el)$/.test(word));
  if (os === undefined || cpu === undefined)
    throw new Error(`The name of ${name} does not say what platform it is for.`);
  const libc = words.some((word) => word.startsWith('musl'))
    ? 'musl'
    : words.some((word) => word.startsWith('gnu'))
      ? 'glibc'
      : undefined;
  return { os: [os], cpu: [cpu], ...(libc === undefined ? {} : { libc: [libc] }) };
}

/** Where Node looks for a package that one at `place` asks for, as keys of the lock file. */
function placesFor(name: string, place: string): string[] {
  const folders = place.split('/node_modules/');
  const above = folders.map((_, index) => folders.slice(0, folders.length - index).join('/node_modules/'));
  const nested = above.filter((folder) => folder !== '').map((folder) => `${folder}/node_modules/${name}`);
  return [...nested, `node_modules/${name}`];
}
