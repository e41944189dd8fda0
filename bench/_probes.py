"""What the pages' benchmarks ask of a browser: scripts that watch from inside."""

from typing import Final

CHARTS: Final = 12

READY: Final = """
    window.shift = 0;
    new PerformanceObserver((list) => {
      for (const one of list.getEntries()) window.shift += one.value;
    }).observe({ type: "layout-shift", buffered: true });
    const look = () => {
      const cells = document.querySelectorAll(".chart-cell.is-drawn").length;
      if (cells === 12) window.readyAt = performance.now();
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
"""
"""Sets `readyAt` (ms since navigation) once every chart is drawn, sums `shift` up."""

FRAMES: Final = """
    (forMs) => new Promise((done) => {
      const tasks = [];
      new PerformanceObserver((list) => {
        for (const one of list.getEntries()) tasks.push(one.duration);
      }).observe({ type: "longtask" });
      let frames = 0;
      const began = performance.now();
      const step = (now) => {
        frames += 1;
        if (now - began < forMs) requestAnimationFrame(step);
        else done({
          perSecond: (1000 * frames) / (now - began),
          longest: Math.max(0, ...tasks),
        });
      };
      requestAnimationFrame(step);
    })
"""
"""Counts frames and tells the longest task; those up to 50 ms count as 0."""

EVENTS: Final = """
    window.eventTimes = new Map();
    const Native = window.WebSocket;
    window.WebSocket = class extends Native {
      constructor(...address) {
        super(...address);
        this.addEventListener("message", ({ data }) => {
          const { topic, data: told } = JSON.parse(data);
          if (!topic?.startsWith("ticks.")) return;
          const column = told.columns.indexOf("event_time");
          for (const row of told.rows) window.eventTimes.set(row[0], row[column]);
        });
      }
    };
"""
"""Keeps the exchange's time of the newest event of each pair that was told."""

PAINTS: Final = """
    (forMs) => new Promise((done) => {
      const delays = [];
      const channel = new MessageChannel();
      const painted = [];
      channel.port1.onmessage = () => {
        for (const event of painted.splice(0)) delays.push(Date.now() - event);
      };
      new MutationObserver((changes) => {
        for (const { target } of changes) {
          const cell = (target.parentElement ?? target).closest(".chart-cell");
          const event = window.eventTimes.get(cell?.dataset.symbol);
          // The message follows the frame in which the price is painted.
          if (event) requestAnimationFrame(() => {
            painted.push(event);
            channel.port2.postMessage(0);
          });
        }
      }).observe(document.querySelector(".charts"), {
        subtree: true, characterData: true, childList: true,
      });
      setTimeout(() => done(delays), forMs);
    })
"""
"""Tells how long after its event each change of a head was painted, ms."""
