import { ConfigurationTarget, workspace } from 'vscode';
import { ids, type SettingValues } from '../ids.ts';

/** A setting as the user has it now, or its default where the stored value is of another type. */
export function readSetting<Name extends keyof SettingValues>(name: Name): SettingValues[Name] {
  const fallback: SettingValues[Name] = ids.settings[name];
  const value = workspace.getConfiguration().get<SettingValues[Name]>(name);
  return typeof value === typeof fallback && value !== undefined ? value : fallback;
}

/** Changes a setting for the user, in all windows. */
export async function writeSetting<Name extends keyof SettingValues>(
  name: Name,
  value: SettingValues[Name],
): Promise<void> {
  await workspace.getConfiguration().update(name, value, ConfigurationTarget.Global);
}
