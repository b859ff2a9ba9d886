import type { ReportContext } from './testReport.ts';

/** Folder of a Go package relative to the one the tests ran in; nothing when it lies elsewhere or is not known. */
export function goPackageFolder(importPath: string, context: ReportContext): string | undefined {
  const root = context.goImportPath;
  if (root === undefined) return undefined;
  if (importPath === root) return '';
  return importPath.startsWith(`${root}/`) ? importPath.slice(root.length + 1) : undefined;
}
