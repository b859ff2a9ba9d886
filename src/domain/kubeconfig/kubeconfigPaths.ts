/**
 * The files kubectl reads, in its order: those of `KUBECONFIG`, without empty entries and repetitions, else the
 * user's own file. Paths are as written.
 */
export function kubeconfigPaths(
  environment: Readonly<Record<string, string | undefined>>,
  place: { readonly delimiter: string; readonly homeFile: string },
): readonly string[] {
  const listed = environment.KUBECONFIG;
  if (listed === undefined || listed === '') return [place.homeFile];
  return [...new Set(listed.split(place.delimiter))].filter((path) => path !== '');
}
