// Runs in the extension host as it is, so it is JavaScript.
const { readFileSync, watchFile, unwatchFile } = require('node:fs');
const vscode = require('vscode');

/** JSON of full names and values; `EditorWindow.set` writes it. */
const file = process.env.TOWLINE_LAB_SETTINGS;
const interval = 60;

exports.activate = (context) => {
  if (!file) return;
  watchFile(file, { interval }, apply);
  context.subscriptions.push({ dispose: () => unwatchFile(file, apply) });
  void apply();
};

async function apply() {
  let settings = {};
  try {
    settings = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return;
  }
  const { inspect } = vscode.workspace.getConfiguration();
  for (const [name, value] of Object.entries(settings)) {
    if (inspect(name)?.globalValue === value) continue;
    await vscode.workspace.getConfiguration().update(name, value, vscode.ConfigurationTarget.Global);
  }
}
