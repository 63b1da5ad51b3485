// The frame of every page. Each module is one of its movements; none is needed to read a page or to send a form.

import "./sidebar.js";
import "./charts.js";
import "./toasts.js";
import "./connection.js";
import "./typed.js";
import "./work.js";
import "./palette.js";
import "./keys.js";
