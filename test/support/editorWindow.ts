import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import type { WorkbenchPage } from './editorLab.ts';
import { patience } from './patience.ts';

export type ViewName = 'Services' | 'Runs' | 'Clusters' | 'Delivery';

/** What a user can do in a window; everything waits until it can be done. */
export interface EditorWindow {
  readonly page: Page;
  /** Waits until the workbench shows. */
  ready(): Promise<void>;
  /** Clicks Towline's icon in the activity bar; a second click would close the side bar. */
  openTowline(): Promise<void>;
  /** A row of a view by what a screen reader says of it; the first. */
  row(view: ViewName, spoken: string | RegExp): Locator;
  /** All of them. */
  rows(view: ViewName, spoken: string | RegExp): Locator;
  /** Clicks an action of a row, as it shows when the pointer is over it. */
  act(row: Locator, action: string): Promise<void>;
  /** Selects a row, alone or with those that are selected already. */
  select(row: Locator, how?: 'alone' | 'too'): Promise<void>;
  /** Opens a row that is closed. */
  expand(row: Locator): Promise<void>;
  /** Opens or closes a view's section in the side bar. */
  fold(view: ViewName, open: boolean): Promise<void>;
  /** Text and links of an empty view. */
  welcome(view: ViewName): Locator;
  /** Runs a command by its whole title in the palette. */
  runCommand(title: string): Promise<void>;
  /** The same where the palette may not have it. */
  runCommandIfOffered(title: string): Promise<void>;
  /** Titles the palette offers for some typed words. */
  offeredCommands(words: string): Promise<readonly string[]>;
  /** The list under the palette's or a quick pick's input. */
  pick(text: string | RegExp): Promise<void>;
  notification(text: string | RegExp): Locator;
  /** Clicks a button of a notification. */
  answerNotification(text: string | RegExp, button: string): Promise<void>;
  /** The modal dialog in the window's middle. */
  readonly dialog: Locator;
  answerDialog(button: string): Promise<void>;
  statusBar(text: string | RegExp): Locator;
  /** The page of a webview, e.g. the doctor's. */
  readonly webview: FrameLocator;
  /** The text of the active editor as far as it is on the screen. */
  readonly editor: Locator;
  /** The text of the active terminal as far as it is on the screen. */
  readonly terminal: Locator;
  /** Trusts what is open. */
  trust(): Promise<void>;
  reload(): Promise<void>;
  /** Changes user settings; the window follows soon. */
  set(settings: Readonly<Record<string, unknown>>): void;
  /** Width of the side bar in pixels. */
  resizeSideBar(width: number): Promise<void>;
  /** What asks for attention, where keys go, and what went wrong. */
  describe(): Promise<string>;
  /** Keeps a picture, with `TOWLINE_SCREENSHOTS=all` in every theme. */
  capture(name: string): Promise<void>;
  close(): Promise<void>;
}

/** Milliseconds; generous, as a whole VS Code and a browser may share a processor with other tests. */
export const waitLimit = 60_000 * patience;
/** Milliseconds after which a list that lacks something is opened again. */
const listLimit = 3000;
const pictures = join(import.meta.dirname, '../../test-results/screenshots');

/** Theme's name → the class it gives the workbench. */
const themes = {
  light: { setting: 'Light Modern', mark: 'vs' },
  dark: { setting: 'Dark Modern', mark: 'vs-dark' },
  contrast: { setting: 'Default High Contrast', mark: 'hc-black' },
} as const;

export function createWindow(opened: WorkbenchPage, settingsFile: string): EditorWindow {
  const { page } = opened;
  page.setDefaultTimeout(waitLimit);
  let closed: Promise<void> | undefined;
  const sideBar = page.locator('.part.sidebar');
  const dialog = page.locator('.monaco-dialog-box');
  const quickInput = page.locator('.quick-input-widget');
  const pickRows = quickInput.locator('.monaco-list-row');
  const toasts = page.locator('.notifications-toasts .notification-list-item');

  function rows(view: ViewName, spoken: string | RegExp): Locator {
    const tree = page.getByRole('tree', { name: view, exact: true });
    return tree.getByRole('treeitem', { name: spoken });
  }

  async function ready(): Promise<void> {
    await page.locator('.monaco-workbench .part.statusbar .statusbar-item').first().waitFor();
  }

  async function openPalette(text: string): Promise<void> {
    const input = quickInput.locator('input').first();
    const end = Date.now() + waitLimit;
    for (;;) {
      await page.keyboard.press('F1');
      // One that was closed a moment ago may still be going away, and takes the new one with it.
      const filled = await input.fill(text, { timeout: listLimit }).then(
        () => true,
        () => false,
      );
      if (filled) return;
      if (Date.now() > end) throw new Error('The palette does not open.');
    }
  }

  /** Opens it again where an editor that was still opening took it away, or where its list is older than what is meant. */
  async function inPalette(text: string, use: () => Promise<void>): Promise<void> {
    for (const end = Date.now() + waitLimit; ; ) {
      await openPalette(text);
      try {
        return await use();
      } catch (error) {
        if (Date.now() > end) throw error;
      }
      await page.keyboard.press('Escape');
    }
  }

  async function runCommand(title: string): Promise<void> {
    // What was typed is marked inside the title, in an element of its own.
    const whole = new RegExp(`^${title.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
    const offered = pickRows.filter({ has: page.locator('.label-name', { hasText: whole }) }).first();
    await inPalette(`>${title}`, () => offered.click({ timeout: listLimit }));
  }

  async function offeredCommands(words: string): Promise<readonly string[]> {
    await inPalette(`>${words}`, () => pickRows.first().waitFor({ timeout: listLimit }));
    const titles = await pickRows.locator('.label-name').allTextContents();
    await page.keyboard.press('Escape');
    return titles;
  }

  function set(settings: Readonly<Record<string, unknown>>): void {
    writeFileSync(settingsFile, JSON.stringify(settings));
  }

  async function setTheme(name: keyof typeof themes): Promise<void> {
    const { setting, mark } = themes[name];
    set({ 'workbench.colorTheme': setting });
    await page.locator(`.monaco-workbench.${mark}`).first().waitFor();
  }

  return {
    page,
    ready,
    dialog,
    set,
    webview: page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame'),
    rows,
    row: (view, spoken) => rows(view, spoken).first(),
    runCommand,
    editor: page.locator('.editor-instance .view-lines'),
    terminal: page.locator('.terminal-wrapper.active .xterm-rows'),
    async openTowline() {
      await page.getByRole('tab', { name: 'Towline', exact: true }).click();
      await sideBar.getByRole('heading', { name: 'Towline' }).waitFor();
    },
    async act(target, action) {
      // A row that is drawn again takes its buttons along, and shows the new ones when it is pointed at.
      for (const end = Date.now() + waitLimit; ; ) {
        await target.hover();
        const button = target.getByRole('button', { name: action }).first();
        const clicked = await button.click({ timeout: listLimit }).then(
          () => true,
          () => false,
        );
        if (clicked) return;
        if (Date.now() > end) throw new Error(`The row has no ${action} that can be clicked.`);
      }
    },
    async select(target, how = 'alone') {
      const selected = target.and(page.locator('[aria-selected="true"]'));
      // A row that is drawn again at this very moment takes the click along.
      for (const end = Date.now() + waitLimit; ; ) {
        await target.click({ modifiers: how === 'too' ? ['ControlOrMeta'] : [] });
        const isSelected = await selected.waitFor({ timeout: listLimit }).then(
          () => true,
          () => false,
        );
        if (isSelected) return;
        if (Date.now() > end) throw new Error('The row is not selected.');
      }
    },
    async expand(target) {
      // A row that is drawn again at this very moment takes the click along.
      for (const end = Date.now() + waitLimit; ; ) {
        if ((await target.getAttribute('aria-expanded')) !== 'false') return;
        await target.locator('.monaco-tl-twistie').click();
        const opened = await target
          .and(page.locator('[aria-expanded="true"]'))
          .waitFor({ timeout: listLimit })
          .then(
            () => true,
            () => false,
          );
        if (opened) return;
        if (Date.now() > end) throw new Error('The row does not open.');
      }
    },
    async fold(view, open) {
      const section = sideBar.getByRole('button', { name: `${view} Section` });
      if ((await section.getAttribute('aria-expanded')) !== String(open)) await section.click();
    },
    welcome: (view) =>
      sideBar
        .locator('.pane')
        .filter({ has: page.getByRole('button', { name: `${view} Section` }) })
        .locator('.welcome-view-content'),
    offeredCommands,
    async runCommandIfOffered(title) {
      if ((await offeredCommands(title)).includes(title)) await runCommand(title);
    },
    async pick(text) {
      await pickRows.filter({ hasText: text }).first().click();
    },
    notification: (text) => toasts.filter({ hasText: text }).first(),
    async answerNotification(text, button) {
      await toasts.filter({ hasText: text }).first().getByRole('button', { name: button }).click();
    },
    async answerDialog(button) {
      await dialog.getByRole('button', { name: button }).click();
    },
    statusBar: (text) => page.locator('.part.statusbar .statusbar-item').filter({ hasText: text }).first(),
    async trust() {
      await runCommand('Workspaces: Manage Workspace Trust');
      const editor = page.locator('.workspace-trust-editor');
      await editor.getByRole('button', { name: 'Trust', exact: true }).click();
    },
    async reload() {
      await runCommand('Developer: Reload Window');
      await page.waitForEvent('load');
      await ready();
    },
    async resizeSideBar(width) {
      const box = await sideBar.boundingBox();
      if (box === null) throw new Error('The side bar does not show.');
      await page.mouse.move(box.x + box.width, box.y + 300);
      await page.mouse.down();
      await page.mouse.move(box.x + width, box.y + 300, { steps: 5 });
      await page.mouse.up();
    },
    async describe() {
      const shown = page.locator(
        '.quick-input-widget, .monaco-dialog-box, .notification-list-item, .context-view, .terminal-wrapper',
      );
      const texts = await shown.filter({ visible: true }).allInnerTexts();
      const focused = await page.evaluate(
        'document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.outerHTML.slice(0, 200)',
      );
      const shownTexts = texts.map((text) => `shown: ${text.replaceAll(/\s+/g, ' ')}`);
      return [...shownTexts, `focused: ${focused}`, await opened.describe()].join('\n');
    },
    async capture(name) {
      mkdirSync(pictures, { recursive: true });
      // Away from what would show a hover.
      await page.mouse.move(700, 500);
      const all = process.env.TOWLINE_SCREENSHOTS === 'all';
      for (const theme of all ? (['light', 'contrast', 'dark'] as const) : (['dark'] as const)) {
        if (all) await setTheme(theme);
        await page.screenshot({ path: join(pictures, `${name}-${theme}.png`), animations: 'disabled' });
      }
    },
    close() {
      closed ??= opened.close();
      return closed;
    },
  };
}
