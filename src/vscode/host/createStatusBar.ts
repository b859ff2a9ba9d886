import { type Disposable, StatusBarAlignment, window } from 'vscode';
import { ids } from '../ids.ts';
import type { Store } from '../state/store.ts';
import { statusText } from './statusText.ts';

/** One item, on the side of what concerns the whole workspace; hidden until there is a run to speak of. */
export function createStatusBar(store: Store): Disposable {
  const item = window.createStatusBarItem('towline.status', StatusBarAlignment.Left, 10);
  item.name = 'Towline';
  item.command = ids.commands.showRuns;
  function update(): void {
    const shown = statusText(store.state);
    if (shown === undefined) {
      item.hide();
      return;
    }
    if (item.text !== shown.text) item.text = shown.text;
    item.tooltip = shown.tooltip;
    item.accessibilityInformation = { label: shown.text.replace(/\$\([^)]*\) ?/, '') };
    item.show();
  }
  update();
  const listening = store.onChange(update);
  return {
    dispose() {
      listening.dispose();
      item.dispose();
    },
  };
}
