// Parts of a page: found, fetched, and fetched again soon.

import { refreshTimes } from "./times";

export function find<T extends Element>(selector: string, root: ParentNode = document): T | null {
  return root.querySelector<T>(selector);
}

// Fetches a part of a page. Returns null when the server did not give it: a later event asks again.
export async function fetchPart(path: string): Promise<DocumentFragment | null> {
  let response: Response;
  try {
    response = await fetch(path, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
  } catch {
    return null;
  }
  if (response.status === 401) {
    location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
    return null;
  }
  if (!response.ok) return null;
  const template = document.createElement("template");
  template.innerHTML = await response.text();
  refreshTimes(template.content);
  return template.content;
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
