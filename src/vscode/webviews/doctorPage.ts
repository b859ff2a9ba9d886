import { visibleText } from '../../domain/text/visibleText.ts';
import type { Finding } from '../../engine/doctor/finding.ts';

export interface DoctorFacts {
  readonly version: string;
  /** One for each repository of the window. */
  readonly places: readonly {
    readonly name: string;
    readonly findings: readonly Finding[];
    /** e.g. `3 services: api, pricing, runtime`. */
    readonly found: readonly string[];
  }[];
}

const titles: Readonly<Record<string, string>> = {
  git: 'Git',
  repository: 'Repository',
  engine: 'Docker engine',
  registry: 'Registry',
};

const marks: Readonly<Record<Finding['state'], readonly [sign: string, word: string]>> = {
  found: ['✓', 'found'],
  missing: ['✗', 'missing'],
  optional: ['–', 'optional'],
};

/** The whole page. No text of others reaches it unescaped, and only the script with the nonce runs. */
export function doctorPage(facts: DoctorFacts | undefined, nonce: string): string {
  const policy = `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Towline Doctor</title>
<style nonce="${nonce}">${style}</style>
</head>
<body>
<main>
<header><h1>Towline Doctor</h1><button type="button" data-action="again">Look Again</button></header>
${facts === undefined ? '<p role="status">Looking for what a run needs…</p>' : describe(facts)}
</main>
<script nonce="${nonce}">${script}</script>
</body>
</html>`;
}

function describe({ version, places }: DoctorFacts): string {
  const missing = places.flatMap(({ findings }) => findings.filter(({ state }) => state === 'missing'));
  const verdict =
    missing.length === 0
      ? 'Everything a run needs is there.'
      : `${missing.length === 1 ? 'One part is' : `${missing.length} parts are`} missing: ${[...new Set(missing.map(({ name }) => titles[name] ?? name))].join(', ')}.`;
  return [
    `<p role="status">${escapeHtml(verdict)}</p>`,
    ...places.map(
      ({ name, findings, found }) =>
        `<section aria-label="${escapeHtml(name)}">${places.length > 1 ? `<h2>${escapeHtml(name)}</h2>` : ''}<ul>${findings
          .toSorted((a, b) => order(a) - order(b))
          .map(item)
          .join('')}</ul>${found.map((line) => `<p>${escapeHtml(line)}</p>`).join('')}</section>`,
    ),
    `<footer>Towline ${escapeHtml(version)}</footer>`,
  ].join('\n');
}

function order({ state }: Finding): number {
  return ['missing', 'found', 'optional'].indexOf(state);
}

function item({ name, state, detail, next, command }: Finding): string {
  const [sign, word] = marks[state];
  const title = escapeHtml(titles[name] ?? name);
  const address = next !== undefined && /^https:\/\/[^\s"]+$/.test(next) ? next : undefined;
  const words =
    next === undefined
      ? ''
      : address
        ? `<p><a href="${escapeHtml(address)}">${escapeHtml(address)}</a></p>`
        : `<p>${escapeHtml(next)}</p>`;
  const fix =
    command === undefined
      ? ''
      : `<div class="fix"><code>${escapeHtml(command)}</code><button type="button" data-copy="${escapeHtml(command)}" aria-label="Copy the fix for ${title}">Copy</button></div>`;
  return `<li class="${state}"><span class="mark" aria-hidden="true">${sign}</span><div><h3>${title} <small>${word}</small></h3><p>${escapeHtml(detail)}</p>${words}${fix}</div></li>`;
}

function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return visibleText(text).replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

const style = `
body { color: var(--vscode-foreground); font: var(--vscode-font-size)/1.5 var(--vscode-font-family); padding: 0 1.5em 2em; }
main { max-width: 56em; }
header { display: flex; flex-wrap: wrap; align-items: center; gap: 1em; }
h1 { font-size: 1.6em; font-weight: 500; margin: .8em auto .6em 0; }
h2 { font-size: 1.2em; font-weight: 600; }
h3 { font-size: 1em; font-weight: 600; margin: 0; }
small { font-size: 1em; font-weight: 400; color: var(--vscode-descriptionForeground); }
ul { list-style: none; margin: 0; padding: 0; }
li { display: flex; gap: .8em; padding: .8em 0; border-top: 1px solid var(--vscode-widget-border, var(--vscode-contrastBorder, transparent)); }
li > div { flex: 1; min-width: 0; }
li p { margin: .2em 0; overflow-wrap: anywhere; color: var(--vscode-descriptionForeground); }
a { color: var(--vscode-textLink-foreground); overflow-wrap: anywhere; }
a:focus-visible { outline: 1px solid var(--vscode-focusBorder); }
.mark { width: 1em; font-weight: 700; text-align: center; }
.found .mark { color: var(--vscode-testing-iconPassed); }
.missing .mark { color: var(--vscode-testing-iconFailed); }
.fix { display: flex; flex-wrap: wrap; gap: .6em; align-items: start; margin-top: .4em; }
code { flex: 1 1 11em; min-width: 0; font-family: var(--vscode-editor-font-family); background: var(--vscode-textCodeBlock-background); border: 1px solid var(--vscode-contrastBorder, transparent); padding: .25em .5em; overflow-wrap: anywhere; white-space: pre-wrap; user-select: all; }
button { font: inherit; color: var(--vscode-button-secondaryForeground); background: var(--vscode-button-secondaryBackground); border: 1px solid var(--vscode-button-border, var(--vscode-contrastBorder, transparent)); border-radius: 2px; padding: .25em .8em; cursor: pointer; }
button:hover { background: var(--vscode-button-secondaryHoverBackground); }
button:focus-visible { outline: 1px solid var(--vscode-focusBorder); outline-offset: 2px; }
footer { margin-top: 2em; color: var(--vscode-descriptionForeground); }
`;

const script = `
const editor = acquireVsCodeApi();
document.addEventListener('click', ({ target }) => {
  const button = target instanceof Element ? target.closest('button') : null;
  if (!button) return;
  if (button.dataset.action === 'again') editor.postMessage({ type: 'again' });
  if (button.dataset.copy !== undefined) {
    editor.postMessage({ type: 'copy', text: button.dataset.copy });
    button.textContent = 'Copied';
  }
});
`;
