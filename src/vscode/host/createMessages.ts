import { window } from 'vscode';
import { visibleText } from '../../domain/text/visibleText.ts';
import type { NotificationLevel } from '../ids.ts';
import { readSetting, writeSetting } from './settings.ts';

export interface MessageAction {
  readonly title: string;
  readonly run: () => void | Promise<void>;
}

/** Messages over the editor, each only where the user wants to see its kind. */
export interface Messages {
  /** Something ended well; wanted with `all`. */
  tell(message: string, actions?: readonly MessageAction[]): void;
  /** Something needs the user; wanted with `all` and `failures`. */
  warn(message: string, actions?: readonly MessageAction[]): void;
  /** What was just asked for does not work: always shown. */
  refuse(message: string, actions?: readonly MessageAction[]): void;
}

const never = "Don't Show Again";

export function createMessages(): Messages {
  async function show(
    kind: 'showInformationMessage' | 'showWarningMessage',
    message: string,
    actions: readonly MessageAction[],
    below: NotificationLevel | undefined,
  ): Promise<void> {
    const titles = [...actions.map(({ title }) => title), ...(below === undefined ? [] : [never])];
    const chosen = await window[kind](visibleText(message), ...titles);
    if (chosen === never && below !== undefined) await writeSetting('towline.notifications', below);
    else await actions.find(({ title }) => title === chosen)?.run();
  }

  return {
    tell(message, actions = []) {
      if (readSetting('towline.notifications') === 'all')
        void show('showInformationMessage', message, actions, 'failures');
    },
    warn(message, actions = []) {
      if (readSetting('towline.notifications') !== 'questions')
        void show('showWarningMessage', message, actions, 'questions');
    },
    refuse(message, actions = []) {
      void show('showWarningMessage', message, actions, undefined);
    },
  };
}
