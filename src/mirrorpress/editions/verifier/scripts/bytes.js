// Bytes in their several forms, and hashes of them. Binary strings have a character of U+0000 to U+00FF for each
// byte; TextDecoder's "latin1" would be windows-1252.

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const utf8 = (text) => new TextEncoder().encode(text);

function binaryOf(bytes) {
  const parts = [];
  for (let at = 0; at < bytes.length; at += 32768)
    parts.push(String.fromCharCode(...bytes.subarray(at, at + 32768)));
  return parts.join("");
}

const bytesOf = (binary) => Uint8Array.from(binary, (one) => one.charCodeAt(0));

function hexOf(bytes) {
  return Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
}

function bytesOfHex(hex, length) {
  if (typeof hex !== "string" || hex.length !== 2 * length || !/^[0-9a-f]*$/.test(hex)) return null;
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

// Null for what is none, or not written as we write it.
function bytesOfBase64(text) {
  try {
    const binary = atob(text);
    return btoa(binary) === text ? bytesOf(binary) : null;
  } catch {
    return null;
  }
}

async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

// What a stream of DecompressionStream's makes of bytes or a Blob; null if it is broken or more than `most` bytes.
async function unpacked(packed, format, most) {
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream(format)).getReader();
  const parts = [];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      length += value.length;
      if (length > most) {
        reader.cancel().catch(() => {});
        return null;
      }
      parts.push(value);
    }
  } catch {
    return null;
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
