// Asks the application. Everything is relative to the page, whatever is in front of it.

const PATIENCE = 15_000;

/** The application did not answer as it should. */
export class Failure extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export const settings = { writable: false, csrf: null };

async function call(path, options) {
  const ends = new AbortController();
  const timer = setTimeout(() => ends.abort(), PATIENCE);
  let answer;
  try {
    answer = await fetch('data/' + path, {
      cache: 'no-store', credentials: 'same-origin', redirect: 'manual', signal: ends.signal, ...options,
    });
  } catch {
    throw new Failure(0, 'The application does not answer.');
  } finally {
    clearTimeout(timer);
  }
  if (answer.type === 'opaqueredirect' || answer.status === 401) {
    throw new Failure(401, 'You are not signed in any more. Load the page anew to sign in.');
  }
  const isJson = (answer.headers.get('Content-Type') || '').includes('json');
  const body = isJson ? await answer.json() : null;
  if (!answer.ok) {
    throw new Failure(answer.status, body?.detail || (answer.status === 403
      ? 'You may not do this.' : `The application answers with status ${answer.status}.`));
  }
  return body;
}

function query(parameters) {
  const given = Object.entries(parameters || {}).filter(([, value]) => value !== undefined && value !== null && value !== '');
  return given.length ? '?' + new URLSearchParams(given).toString() : '';
}

export const read = (path, parameters) => call(path + query(parameters), { headers: { Accept: 'application/json' } });

/** Has something done. The headers are such that no other site's page can send them. */
export function change(path, body) {
  const headers = { 'Content-Type': 'application/json', Accept: 'application/json', 'X-StateFun-Console': 'true' };
  if (settings.csrf) headers[settings.csrf.header] = settings.csrf.token;
  return call(path, { method: 'POST', headers, body: JSON.stringify(body) });
}
