/** Any name as one part of a record's name: ASCII letters, digits, `_` and `-` stay, other bytes become `=xx`. */
export function recordPart(name: string): string {
  const bytes = new TextEncoder().encode(name);
  const parts = Array.from(bytes, (byte) => {
    const character = String.fromCharCode(byte);
    return /[\w-]/.test(character) ? character : `=${byte.toString(16).padStart(2, '0')}`;
  });
  return parts.join('') || '=';
}
