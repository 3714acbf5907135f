// Live events: each one refreshes only what it touches. Ids come, never words.

import { isListed, reloadRows } from "./list";
import { find, openedId, view } from "./page";
import { hideTyping, loadMessage, loadState, loadTail, showTyping } from "./thread";

interface LiveEvent {
  kind: string;
  conversation_id: number | null;
  author?: string;
  message_id?: number;
}

const patience = 2_000;
let lastId = "";
let staleTimer = 0;

function refreshAll(): void {
  reloadRows();
  loadTail();
  loadState();
}

function take(event: LiveEvent): void {
  const id = event.conversation_id;
  if (event.kind === "reset") refreshAll();
  if (id === null) return;
  const isOpen = id === openedId();
  if (event.kind === "typing") {
    if (isOpen && event.author === "contact") showTyping();
    return;
  }
  if (event.kind === "status" || isListed(id) || view() === "recent") reloadRows([id]);
  if (!isOpen) return;
  if (event.kind === "delivery" && event.message_id) void loadMessage(event.message_id);
  if (event.kind === "message" || event.kind === "answered" || event.kind === "status") {
    if (event.author === "contact") hideTyping();
    loadTail();
    loadState();
  }
}

function stale(yes: boolean): void {
  window.clearTimeout(staleTimer);
  const show = (): void => { const line = find<HTMLElement>("#stale"); if (line) line.hidden = !yes; };
  // A proxy that cuts a quiet connection is no news: words only when it does not come back at once.
  if (yes) staleTimer = window.setTimeout(show, patience);
  else show();
}

export function follow(retry = 0): void {
  const source = new EventSource(`/desk/events${lastId ? `?after=${encodeURIComponent(lastId)}` : ""}`);
  let tries = retry;
  source.onopen = () => {
    stale(false);
    tries = 0;
    // Without a place in the stream nobody knows what was missed since the page was made.
    if (!lastId) refreshAll();
  };
  source.onmessage = (message) => {
    lastId = message.lastEventId;
    take(JSON.parse(message.data as string) as LiveEvent);
  };
  source.onerror = () => {
    stale(true);
    if (source.readyState !== EventSource.CLOSED) return;
    // The server said no, or a proxy did: a logged-out page learns it from the next fetch.
    window.setTimeout(() => { reloadRows(); follow(tries + 1); }, Math.min(1_000 * 2 ** tries, 30_000));
  };
  window.addEventListener("pagehide", () => source.close(), { once: true });
  // A page taken out of the browser's cache has slept and knows nothing of it.
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); }, { once: true });
}
