// The stream of live events, for any staff page. Ids come, never words; each page fetches what it shows.

import { find } from "./parts";

export interface LiveEvent {
  kind: string;
  conversation_id: number | null;
  author?: string;
  message_id?: number;
  proposal_id?: number;
}

export interface Listener {
  take(event: LiveEvent): void;
  // Nobody knows what was missed: everything shown must be read again.
  refreshAll(): void;
  // Any small fetch: a logged-out page learns from it that it is.
  ask(): void;
}

const patience = 2_000;
let lastId = "";
let staleTimer = 0;

function stale(yes: boolean): void {
  window.clearTimeout(staleTimer);
  const show = (): void => { const line = find<HTMLElement>("#stale"); if (line) line.hidden = !yes; };
  // A proxy that cuts a quiet connection is no news: words only when it does not come back at once.
  if (yes) staleTimer = window.setTimeout(show, patience);
  else show();
}

export function followEvents(listener: Listener, retry = 0): void {
  const source = new EventSource(`/desk/events${lastId ? `?after=${encodeURIComponent(lastId)}` : ""}`);
  let tries = retry;
  source.onopen = () => {
    stale(false);
    tries = 0;
    // Without a place in the stream nobody knows what was missed since the page was made.
    if (!lastId) listener.refreshAll();
  };
  source.onmessage = (message) => {
    lastId = message.lastEventId;
    listener.take(JSON.parse(message.data as string) as LiveEvent);
  };
  source.onerror = () => {
    stale(true);
    if (source.readyState !== EventSource.CLOSED) return;
    // The server said no, or a proxy did.
    window.setTimeout(() => {
      listener.ask();
      followEvents(listener, tries + 1);
    }, Math.min(1_000 * 2 ** tries, 30_000));
  };
  window.addEventListener("pagehide", () => source.close(), { once: true });
  // A page taken out of the browser's cache has slept and knows nothing of it.
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); }, { once: true });
}
