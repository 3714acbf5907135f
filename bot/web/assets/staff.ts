// Staff pages without a script of their own.

import { frameKey, isTyping, startFrame } from "./staff/frame";

startFrame();
document.addEventListener("keydown", (event) => {
  if (!isTyping(event.target) && !event.ctrlKey && !event.metaKey && !event.altKey && frameKey(event)) event.preventDefault();
});
