// Parts of a page: found, fetched, and fetched again soon.

import { refreshTimes } from "./times";

export function find<T extends Element>(selector: string, root: ParentNode = document): T | null {
  return root.querySelector<T>(selector);
}

const firstPause = 400;
const longestPause = 8_000;

// Fetches a part of a page, again and again until the server answers, as long as it is `wanted`: what an
// event told of must not be lost to one bad moment. Returns null when it is not there, or not wanted any more.
export async function fetchPart(path: string, wanted = (): boolean => true): Promise<DocumentFragment | null> {
  for (let pause = firstPause; wanted(); pause = Math.min(pause * 2, longestPause)) {
    const answer = await ask(path);
    if (answer?.ok) return toPart(answer.html);
    if (answer?.status === 401) goToLogin();
    if (answer && answer.status < 500 && answer.status !== 429) return null;
    // Not in step: a service that comes back is not met by everybody at once.
    await new Promise((done) => window.setTimeout(done, pause * (0.5 + Math.random())));
  }
  return null;
}

interface Answer { ok: boolean; status: number; html: string }

async function ask(path: string): Promise<Answer | null> {
  try {
    const response = await fetch(path, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
    return { ok: response.ok, status: response.status, html: await response.text() };
  } catch {
    return null; // the network, before or in the middle of the answer
  }
}

function toPart(html: string): DocumentFragment {
  const template = document.createElement("template");
  template.innerHTML = html;
  refreshTimes(template.content);
  return template.content;
}

export function goToLogin(): void {
  location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
}

// Runs `work` soon, once for all calls until then, and never twice at the same time.
export function soon(work: () => Promise<void>, milliseconds: number): () => void {
  let timer = 0;
  let running = false;
  let again = false;
  const run = async (): Promise<void> => {
    timer = 0;
    if (running) { again = true; return; }
    running = true;
    try { await work(); } finally {
      running = false;
      if (again) { again = false; ask(); }
    }
  };
  const ask = (): void => { timer ||= window.setTimeout(() => void run(), milliseconds); };
  return ask;
}
