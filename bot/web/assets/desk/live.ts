// Live events: each one refreshes only what it touches. Ids come, never words.

import { followEvents, type LiveEvent } from "../staff/events";
import { isListed, reloadRows } from "./list";
import { isMine, loadMine, noteHolder } from "./mine";
import { besideId, openedId, view } from "./page";
import { hideTyping, loadMessage, loadState, loadTail, showTyping } from "./thread";

function refreshAll(): void {
  reloadRows();
  loadMine();
  loadTail();
  loadState();
}

function take(event: LiveEvent): void {
  const id = event.conversation_id;
  if (event.kind === "reset") refreshAll();
  if (id === null) return;
  const isOpen = id === openedId() || id === besideId();
  if (event.kind === "typing") {
    if (isOpen && event.author === "contact") showTyping();
    return;
  }
  if (event.kind === "status") noteHolder(id, event);
  if (event.kind === "status" || isListed(id) || isMine(id) || view() === "recent") reloadRows([id]);
  if (!isOpen) return;
  if (["delivery", "correction", "media"].includes(event.kind) && event.message_id) void loadMessage(event.message_id);
  if (event.kind === "person") loadState();
  // A turn bears the number of its last message, which was judged just now.
  if (event.kind === "answered" && event.turn_id) void loadMessage(event.turn_id);
  if (event.kind === "message" || event.kind === "answered" || event.kind === "status") {
    if (event.author === "contact") hideTyping();
    loadTail();
    loadState();
  }
}

export function follow(): void {
  loadMine();
  followEvents({ name: "desk", take, refreshAll, ask: reloadRows });
}
