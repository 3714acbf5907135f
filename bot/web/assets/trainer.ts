// The trainer: keys, the search, and live events. Sentences and figures come from the server.

import { startFrame } from "./staff/frame";
import { startKeys } from "./trainer/keys";
import { follow } from "./trainer/live";
import { startNotices } from "./trainer/notices";
import { startSearch } from "./trainer/search";

startFrame();
startSearch();
startKeys();
startNotices();
follow();
