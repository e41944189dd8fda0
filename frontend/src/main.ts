/** What every page loads: styles, and the islands that it names. */

import "./styles/index.css";
import { mount as appearance } from "./islands/appearance";
import { mount as bell } from "./islands/bell";
import { mount as categories } from "./islands/categories";
import { mount as connection } from "./islands/connection";
import { mount as countDown } from "./islands/count-down";
import { mount as feedState } from "./islands/feed-state";
import { mount as firstFill } from "./islands/first-fill";
import { mount as keyMap } from "./islands/key-map";
import { mount as marketTable } from "./islands/market-table";
import { mount as movers } from "./islands/movers";
import { mount as neighbours } from "./islands/neighbours";
import { mount as notice } from "./islands/notice";
import { mount as overview } from "./islands/overview";
import { mount as pairFacts } from "./islands/pair-facts";
import { mount as pairMetrics } from "./islands/pair-metrics";
import { mount as quickSearch } from "./islands/quick-search";
import { mount as side } from "./islands/side";
import { mount as signalTicker } from "./islands/signal-ticker";
import { mount as strip } from "./islands/strip";
import { mount as tabs } from "./islands/tabs";
import { watchIslands } from "./lib/islands";
import { installWorker } from "./lib/worker";
import { keepPrices } from "./market/kept-prices";

watchIslands({
  ready: {
    appearance,
    bell,
    categories,
    connection,
    "count-down": countDown,
    "feed-state": feedState,
    "first-fill": firstFill,
    "key-map": keyMap,
    "market-table": marketTable,
    movers,
    neighbours,
    notice,
    overview,
    "pair-facts": pairFacts,
    "pair-metrics": pairMetrics,
    "quick-search": quickSearch,
    side,
    "signal-ticker": signalTicker,
    strip,
    tabs,
  },
  later: {
    "alert-form": () => import("./islands/alert-form"),
    "alert-history": () => import("./islands/alert-history"),
    "alert-list": () => import("./islands/alert-list"),
    "book-depth": () => import("./islands/book-depth"),
    "book-heatmap": () => import("./islands/book-heatmap"),
    "book-ladder": () => import("./islands/book-ladder"),
    "candle-chart": () => import("./islands/candle-chart"),
    dashboard: () => import("./islands/dashboard"),
    destinations: () => import("./islands/destinations"),
    ledger: () => import("./islands/ledger"),
    offline: () => import("./islands/offline"),
    "market-treemap": () => import("./islands/market-treemap"),
    screener: () => import("./islands/screener"),
    signals: () => import("./islands/signals"),
    "technical-summary": () => import("./islands/technical-summary"),
    "trade-tape": () => import("./islands/trade-tape"),
  },
});
installWorker();
keepPrices();
