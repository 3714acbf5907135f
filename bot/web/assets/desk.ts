// The desk: keys, drafts and live events. Pages come from the server; this keeps them true.

import { startActs } from "./desk/acts";
import { startBox } from "./desk/box";
import { startKeys } from "./desk/keys";
import { follow } from "./desk/live";
import { startList } from "./desk/list";
import { startMarks } from "./desk/marks";
import { startNotices } from "./desk/notices";
import { startQuotes } from "./desk/quotes";
import { startTemplates } from "./desk/templates";
import { startThread } from "./desk/thread";
import { startFrame } from "./staff/frame";

startFrame();
startList();
startNotices();
startBox();
startActs();
startTemplates();
startThread();
startMarks();
startQuotes();
startKeys();
follow();
