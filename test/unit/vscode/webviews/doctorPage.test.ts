import assert from 'node:assert/strict';
import { doctorPage } from '../../../../src/vscode/webviews/doctorPage.ts';

const finding = { name: 'engine', state: 'missing', detail: 'nothing', next: 'docker <start> "it"' } as const;
const page = doctorPage(
  { version: '1', places: [{ name: 'shop', findings: [finding], found: [] }] },
  'NONCE',
);

describe('the doctor page', () => {
  it('runs nothing but its own script and loads nothing', () => {
    assert.match(page, /content="default-src 'none'; style-src 'nonce-NONCE'; script-src 'nonce-NONCE'"/);
    assert.doesNotMatch(page, /\son\w+=|style="|https?:\/\//);
  });

  it('shows what others say as text', () => {
    assert.match(page, /<code>docker &lt;start&gt; &quot;it&quot;<\/code>/);
  });

  it('gives each missing part a fix to copy, with a name', () => {
    assert.match(
      page,
      /data-copy="docker &lt;start&gt; &quot;it&quot;" aria-label="Copy the fix for Docker engine"/,
    );
    assert.match(page, /One part is missing: Docker engine\./);
  });
});
