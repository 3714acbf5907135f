// The stream of live events, for any staff page. Ids come, never words; each page fetches what it shows.

import { find } from "./parts";

export interface LiveEvent {
  kind: string;
  conversation_id: number | null;
  author?: string;
  message_id?: number;
  proposal_id?: number;
  turn_id?: number;
  status?: string;
  staff_id?: number | null;
}

export interface Listener {
  // Pages of one name are tabs of the same thing.
  name: string;
  take(event: LiveEvent): void;
  // Nobody knows what was missed: everything shown must be read again.
  refreshAll(): void;
  // Any small fetch: a logged-out page learns from it that it is.
  ask(): void;
}

const patience = 2_000;
const longestPause = 30_000;

let source: EventSource | null = null;
let lastId = "";
let tries = 0;
let staleTimer = 0;
let retryTimer = 0;

function stale(yes: boolean): void {
  window.clearTimeout(staleTimer);
  const show = (): void => { const line = find<HTMLElement>("#stale"); if (line) line.hidden = !yes; };
  // A proxy that cuts a quiet connection is no news: words only when it does not come back at once.
  if (yes) staleTimer = window.setTimeout(show, patience);
  else show();
}

function open(listener: Listener): void {
  window.clearTimeout(retryTimer);
  source?.close();
  const opened = new EventSource(`/desk/events${lastId ? `?after=${encodeURIComponent(lastId)}` : ""}`);
  source = opened;
  opened.onopen = () => {
    stale(false);
    tries = 0;
    // Without a place in the stream nobody knows what was missed since the page was made.
    if (!lastId) listener.refreshAll();
  };
  opened.onmessage = (message) => {
    lastId = message.lastEventId;
    listener.take(JSON.parse(message.data as string) as LiveEvent);
  };
  opened.onerror = () => {
    stale(true);
    if (opened.readyState !== EventSource.CLOSED || source !== opened) return;
    // The server said no, or a proxy did.
    retryTimer = window.setTimeout(() => {
      listener.ask();
      open(listener);
    }, Math.min(1_000 * 2 ** tries, longestPause));
    tries += 1;
  };
}

function close(): void {
  window.clearTimeout(retryTimer);
  stale(false);
  source?.close();
  source = null;
}

// A browser grants a site six connections over HTTP/1.1, and a stream holds one for as long as it is open:
// the seventh tab would hang. So a hidden tab lets go of its stream once another tab of its kind is looked
// at. The last one looked at keeps it, for somebody who works in another program reads its title. (One
// stream for all tabs would need a leader among them, which browsers give only to pages over https.)
export function followEvents(listener: Listener): void {
  const tabs = new BroadcastChannel(`visavis-${listener.name}`);
  tabs.onmessage = () => { if (document.hidden) close(); };
  const follow = (): void => {
    tabs.postMessage("looked at");
    if (!source) open(listener);
  };
  document.addEventListener("visibilitychange", () => { if (!document.hidden) follow(); });
  if (!document.hidden) follow();
  window.addEventListener("pagehide", close);
  // A page taken out of the browser's cache has slept and knows nothing of it.
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
}
