import assert from 'node:assert/strict';
import type { Finding } from '../../../../src/engine/doctor/finding.ts';
import { doctorPage } from '../../../../src/vscode/webviews/doctorPage.ts';

const pageOf = (...findings: readonly Finding[]) =>
  doctorPage({ version: '1', places: [{ name: 'shop', findings, found: [] }] }, 'NONCE');
const missing = { name: 'engine', state: 'missing', detail: 'nothing answers' } as const;
const page = pageOf({ ...missing, next: 'Start <it>.', command: 'docker <start> "it"' });

describe('the doctor page', () => {
  it('runs nothing but its own script and loads nothing', () => {
    assert.match(page, /content="default-src 'none'; style-src 'nonce-NONCE'; script-src 'nonce-NONCE'"/);
    assert.doesNotMatch(page, /\son\w+=|style="|https?:\/\//);
  });

  it('shows what others say as text', () => {
    assert.match(page, /<p>Start &lt;it&gt;\.<\/p>/);
    assert.match(page, /<code>docker &lt;start&gt; &quot;it&quot;<\/code>/);
  });

  it('gives each missing part its command to copy, with a name, where there is one', () => {
    assert.match(
      page,
      /data-copy="docker &lt;start&gt; &quot;it&quot;" aria-label="Copy the fix for Docker engine"/,
    );
    assert.match(page, /One part is missing: Docker engine\./);
    assert.doesNotMatch(pageOf({ ...missing, next: 'Start it.' }), /data-copy/);
  });

  it('links to an address, and to nothing that only begins like one', () => {
    const kind = { name: 'kind', state: 'optional', detail: 'not found' } as const;
    const address = 'https://kind.sigs.k8s.io/docs/';
    assert.match(pageOf({ ...kind, next: address }), /<a href="https:\/\/kind\.sigs\.k8s\.io\/docs\/">/);
    assert.doesNotMatch(pageOf({ ...kind, next: `${address} "onclick=alert()` }), /<a /);
    assert.doesNotMatch(pageOf({ ...kind, next: 'javascript:alert()' }), /<a /);
  });
});
