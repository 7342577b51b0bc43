/** Lays graphs out, off the page's thread. In a worker the module answers messages by itself. */

import 'elkjs/lib/elk-worker.min.js';
