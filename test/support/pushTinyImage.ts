import { createHash } from 'node:crypto';

export interface TinyImage {
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

function digestOf(bytes: string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

async function expectStatus(answer: Response, status: number): Promise<Response> {
  if (answer.status !== status) throw new Error(`${answer.url}: ${answer.status} ${await answer.text()}`);
  return answer;
}

/** Pushes an image without layers by the registry's own protocol; `url` is its root without a slash at the end. */
export async function pushTinyImage(
  url: string,
  { authorization }: { readonly authorization?: string } = {},
): Promise<TinyImage> {
  const [repository, tag] = ['shop/api', 'v1'];
  const headers = authorization === undefined ? {} : { authorization };
  const config = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [] },
  });
  const upload = await fetch(`${url}/v2/${repository}/blobs/uploads/`, { method: 'POST', headers });
  const place = new URL((await expectStatus(upload, 202)).headers.get('location') ?? '', url);
  place.searchParams.append('digest', digestOf(config));
  await expectStatus(await fetch(place, { method: 'PUT', headers, body: config }), 201);

  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType,
    config: {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      digest: digestOf(config),
      size: config.length,
    },
    layers: [],
  });
  const put = await fetch(`${url}/v2/${repository}/manifests/${tag}`, {
    method: 'PUT',
    headers: { ...headers, 'content-type': mediaType },
    body: manifest,
  });
  await expectStatus(put, 201);
  return { repository, tag, digest: digestOf(manifest) };
}
