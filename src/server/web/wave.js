/* SPDX-License-Identifier: GPL-3.0-or-later */
// wavesurfer.js with the server's peaks: two lanes, one a party, events and flags as regions.
import WaveSurfer from "./lib/wavesurfer.esm.js";
import Regions from "./lib/regions.esm.js";
import { colour } from "./dom.js";
import { gainOf, magnitudes } from "./peaks.js";

/**
 * wavesurfer writes a <style> element into its shadow root, which our Content-Security-Policy refuses, as it refuses
 * all inline style. The same rules are taken as a constructed style sheet instead.
 */
function withSheets(create) {
  const plain = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function attachShadow(options) {
    const root = plain.call(this, options);
    const setHtml = Object.getOwnPropertyDescriptor(ShadowRoot.prototype, "innerHTML").set;
    Object.defineProperty(root, "innerHTML", { configurable: true, set(html) {
      root.adoptedStyleSheets = [...html.matchAll(/<style[^>]*>([^]*?)<\/style>/g)].map(([, rules]) => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(rules);
        return sheet;
      });
      setHtml.call(root, html.replace(/<style[^>]*>[^]*?<\/style>/g, ""));
    } });
    return root;
  };
  try {
    return create();
  } finally {
    Element.prototype.attachShadow = plain;
  }
}

const lane = (name, height) => ({ height, waveColor: colour(`--${name}`), progressColor: colour(`--${name}-heard`) });

/** roles: of each channel, as they are tinted. regions: [{start_ms, end_ms, color, hatch?: CSS image, words?}]. */
export function makeWave({ container, audio, peaks, duration_ms, roles, regions }) {
  const plugin = Regions.create();
  const lanes = roles.map((role) => lane(role, roles.length === 1 ? 120 : 76));
  const shown = magnitudes(peaks);
  const wave = withSheets(() => WaveSurfer.create({
    container, media: audio, peaks: shown, duration: duration_ms / 1000, splitChannels: lanes,
    cursorColor: colour("--text"), cursorWidth: 1.5, normalize: false, barHeight: gainOf(shown), minPxPerSec: 1, autoScroll: true, autoCenter: false,
    dragToSeek: true, plugins: [plugin],
  }));
  const drawn = () => {
    plugin.clearRegions();
    for (const { start_ms, end_ms, color, hatch, words } of regions) {
      const { element } = plugin.addRegion({ start: start_ms / 1000, end: end_ms / 1000, color, drag: false, resize: false });
      if (hatch) element.style.backgroundImage = hatch;
      if (words) element.title = words;
    }
  };
  wave.once("ready", drawn);
  return wave;
}
